// Numbers that are given to a run of the suite.
#ifndef FERRY_TESTS_PROPERTY_ENVIRONMENT_H_
#define FERRY_TESTS_PROPERTY_ENVIRONMENT_H_

#include <cstdint>
#include <cstdlib>

namespace ferry::support {

inline std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::strtoull(value, nullptr, 10) : otherwise;
}

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_ENVIRONMENT_H_
