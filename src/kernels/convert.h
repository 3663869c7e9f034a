// 16-bit floats to binary32 and back, and binary32 to int8, one element at a time; exact, to
// nearest even, subnormals kept.
//
// Every NaN becomes the type's canonical quiet NaN: which NaN a sum gives depends on the
// instruction set, and results must not.
#ifndef FERRY_KERNELS_CONVERT_H_
#define FERRY_KERNELS_CONVERT_H_

#include <bit>
#include <cstdint>

namespace ferry::kernels {

inline constexpr std::uint16_t kBFloat16NaN = 0x7fc0;
inline constexpr std::uint16_t kHalfNaN = 0x7e00;

[[nodiscard]] inline float BFloat16ToFloat(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

[[nodiscard]] inline std::uint16_t FloatToBFloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = (bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16;
  const bool is_nan = (bits & 0x7fffffffU) > 0x7f800000U;
  return static_cast<std::uint16_t>(is_nan ? kBFloat16NaN : rounded);
}

// No branch on the value in what follows: the compiler makes vectors of these.

[[nodiscard]] inline float HalfToFloat(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16;
  const std::uint32_t magnitude = bits & 0x7fffU;
  // 2^112 shifts the exponent's bias from 15 to 127, for subnormals too, and is exact.
  const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
  // Infinity and NaN get the largest exponent; a payload moves along.
  const std::uint32_t special = magnitude >= 0x7c00U ? 0x7f800000U : 0U;
  return std::bit_cast<float>(sign | special | std::bit_cast<std::uint32_t>(scaled));
}

[[nodiscard]] inline std::uint16_t FloatToHalf(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  const std::uint32_t normal = (magnitude + 0xfffU + ((magnitude >> 13) & 1U) - 0x38000000U) >> 13;
  // Below 2^-14 the result is a multiple of 2^-24: adding 1/2 puts that unit into the last place.
  const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
  const std::uint32_t subnormal = std::bit_cast<std::uint32_t>(shifted) - 0x3f000000U;
  std::uint32_t rounded = magnitude < 0x38800000U ? subnormal : normal;
  rounded = magnitude >= 0x477ff000U ? 0x7c00U : rounded;  // 65520 and more round to infinity
  rounded |= sign;
  return static_cast<std::uint16_t>(magnitude > 0x7f800000U ? kHalfNaN : rounded);
}

// The nearest integer, ties to even, within -127 and 127; 0 for NaN.
[[nodiscard]] inline std::int8_t FloatToInt8(float value) {
  float bounded = value > 127.0f ? 127.0f : value;
  bounded = bounded < -127.0f ? -127.0f : bounded;
  bounded = value != value ? 0.0f : bounded;
  // Adding 3 * 2^22 puts the unit into the last place, and the rounding of the sum is the one
  // wanted.
  const float shifted = bounded + 0x1.8p23f;
  const std::uint32_t integer = std::bit_cast<std::uint32_t>(shifted) - 0x4b400000U;
  return static_cast<std::int8_t>(static_cast<std::int32_t>(integer));
}

}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_CONVERT_H_
