// Call numbers as the 32 bits that a word of the board has room for.
#ifndef FERRY_COMM_RING_NUMBER_H_
#define FERRY_COMM_RING_NUMBER_H_

#include <cstdint>

namespace ferry::comm {

// How far call `number` lies ahead of the call whose low 32 bits are `stored`; negative when it
// lies behind. Right while they are less than 2^31 calls apart.
[[nodiscard]] constexpr std::int32_t Distance(std::uint32_t stored, std::uint64_t number) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(number) - stored);
}

}  // namespace ferry::comm

#endif  // FERRY_COMM_RING_NUMBER_H_
