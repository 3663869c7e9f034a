// Arithmetic on sizes that callers choose: stops at the ends of int64 instead of overflowing.
//
// A saturated value is so large that every size check against it fails, which is what a check of an
// absurd size should do.
#ifndef FERRY_OPS_SATURATING_H_
#define FERRY_OPS_SATURATING_H_

#include <cstdint>
#include <limits>

namespace ferry::ops {

[[nodiscard]] constexpr std::int64_t SaturatingAdd(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<std::int64_t>::max()
               : std::numeric_limits<std::int64_t>::min();
}

[[nodiscard]] constexpr std::int64_t SaturatingMul(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t product = 0;
  if (!__builtin_mul_overflow(a, b, &product)) return product;
  return (a < 0) == (b < 0) ? std::numeric_limits<std::int64_t>::max()
                            : std::numeric_limits<std::int64_t>::min();
}

template <class... Rest>
[[nodiscard]] constexpr std::int64_t SaturatingMul(std::int64_t a, std::int64_t b,
                                                   Rest... rest) noexcept {
  return SaturatingMul(SaturatingMul(a, b), rest...);
}

// x rounded up to a multiple of `unit`; x >= 0, unit > 0.
[[nodiscard]] constexpr std::int64_t AlignUp(std::int64_t x, std::int64_t unit) noexcept {
  return SaturatingMul(SaturatingAdd(x, unit - 1) / unit, unit);
}

}  // namespace ferry::ops

#endif  // FERRY_OPS_SATURATING_H_
