// What must hold, whatever the input was.
#ifndef FERRY_TESTS_FUZZ_REQUIRE_H_
#define FERRY_TESTS_FUZZ_REQUIRE_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace ferry::fuzz {

// Ends the program, so that the fuzzer keeps the input, unless `ok`.
inline void Must(bool ok, const char* what, std::int64_t value = 0) {
  if (ok) return;
  std::fprintf(stderr, "must hold: %s (%lld)\n", what, static_cast<long long>(value));
  std::abort();
}

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_REQUIRE_H_
