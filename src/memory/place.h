// On what a block of memory lies.
#ifndef FERRY_MEMORY_PLACE_H_
#define FERRY_MEMORY_PLACE_H_

#include <cstdint>
#include <string>

namespace ferry::memory {

// In the place of a device's number: memory of aclrtMallocHost, which no device's limit counts and
// no reset gives back.
inline constexpr std::int32_t kHost = -1;

[[nodiscard]] inline std::string PlaceText(std::int32_t device) {
  return device == kHost ? "the host" : "device " + std::to_string(device);
}

}  // namespace ferry::memory

#endif  // FERRY_MEMORY_PLACE_H_
