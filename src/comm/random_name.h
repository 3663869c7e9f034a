// A name that nobody else has, or can guess.
#ifndef FERRY_COMM_RANDOM_NAME_H_
#define FERRY_COMM_RANDOM_NAME_H_

#include <fmt/core.h>

#include <cstdint>
#include <random>
#include <string>

namespace ferry::comm {

// 128 random bits of the system, as 32 hexadecimal digits.
[[nodiscard]] inline std::string RandomName() {
  std::random_device device;
  std::string name;
  for (int word = 0; word < 4; ++word) name += fmt::format("{:08x}", std::uint32_t{device()});
  return name;
}

}  // namespace ferry::comm

#endif  // FERRY_COMM_RANDOM_NAME_H_
