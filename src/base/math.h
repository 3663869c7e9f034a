// Integer arithmetic for sizes and checks.
#ifndef FERRY_BASE_MATH_H_
#define FERRY_BASE_MATH_H_

#include <concepts>
#include <limits>

namespace ferry {

// Smallest multiple of `unit` that is not below `value`. value >= 0, unit > 0; the caller knows
// that the result fits.
template <std::integral T>
[[nodiscard]] constexpr T AlignUp(T value, T unit) noexcept {
  return static_cast<T>((value + (unit - 1)) / unit * unit);
}

// value / unit, rounded up. value >= 0, unit > 0.
template <std::integral T>
[[nodiscard]] constexpr T CeilDiv(T value, T unit) noexcept {
  return static_cast<T>(value / unit + (value % unit != 0 ? 1 : 0));
}

// Product and sum for checks against a limit: what does not fit becomes the type's largest (or, for
// signed operands, smallest) value, so that a comparison with any real limit still decides rightly.
template <std::integral T>
[[nodiscard]] constexpr T SaturatingMultiply(T a, T b) noexcept {
  T result{};
  if (!__builtin_mul_overflow(a, b, &result)) return result;
  const bool negative = (a < T{0}) != (b < T{0});
  return negative ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max();
}

template <std::integral T>
[[nodiscard]] constexpr T SaturatingAdd(T a, T b) noexcept {
  T result{};
  if (!__builtin_add_overflow(a, b, &result)) return result;
  return a < T{0} ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max();
}

}  // namespace ferry

#endif  // FERRY_BASE_MATH_H_
