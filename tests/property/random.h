// Random choices that are the same on every machine: std::mt19937_64 is, the standard's
// distributions are not.
#ifndef FERRY_TESTS_PROPERTY_RANDOM_H_
#define FERRY_TESTS_PROPERTY_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace ferry::support {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  // In [low, high].
  std::int64_t Between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  std::int32_t Int(std::int32_t low, std::int32_t high) {
    return static_cast<std::int32_t>(Between(low, high));
  }
  bool OneIn(std::int64_t n) { return Between(1, n) == 1; }
  std::uint64_t Bits() { return engine_(); }
  template <class T>
  T OneOf(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(Between(0, std::ssize(choices) - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_RANDOM_H_
