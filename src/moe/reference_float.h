// The 16-bit float types from their definition, in binary64 arithmetic that is exact for them.
//
// Slow on purpose and unlike kernels/convert.h, which works on bits: what both agree on is right.
#ifndef FERRY_MOE_REFERENCE_FLOAT_H_
#define FERRY_MOE_REFERENCE_FLOAT_H_

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/dtype.h"
#include "base/error.h"

namespace ferry::reference {

static_assert(FLT_EVAL_METHOD == 0, "binary32 operations must round to binary32");

// Of a 16-bit float: one sign bit, then the exponent field, then the fraction.
struct FloatFormat {
  int fraction_bits;
  int max_exponent;  // of a finite value, also the bias of the exponent field

  [[nodiscard]] constexpr int min_exponent() const {
    return 1 - max_exponent;
  }  // of a normal value
  [[nodiscard]] constexpr int hidden_bit() const { return 1 << fraction_bits; }
  [[nodiscard]] constexpr int infinity_bits() const {
    return (2 * max_exponent + 1) << fraction_bits;
  }
};

inline FloatFormat FormatOf(DType type) {
  Require(type == DType::kBFloat16 || type == DType::kFloat16, Code::kInner,
          "token type {} is neither bf16 nor fp16", static_cast<int>(type));
  return type == DType::kBFloat16 ? FloatFormat{7, 127} : FloatFormat{10, 15};
}

// The value that `bits` stand for. Exact.
inline double Decode(DType type, std::uint16_t bits) {
  const FloatFormat format = FormatOf(type);
  const int magnitude = bits & 0x7FFF;
  const int field = magnitude >> format.fraction_bits;
  const int fraction = magnitude & (format.hidden_bit() - 1);
  double value = 0;
  if (magnitude > format.infinity_bits()) {
    value = std::numeric_limits<double>::quiet_NaN();
  } else if (magnitude == format.infinity_bits()) {
    value = std::numeric_limits<double>::infinity();
  } else if (field == 0) {
    value = std::ldexp(fraction, format.min_exponent() - format.fraction_bits);
  } else {
    value = std::ldexp(format.hidden_bit() + fraction,
                       field - format.max_exponent - format.fraction_bits);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

// The same from a table: sums of whole worlds decode millions of elements.
inline float DecodeToFloat(DType type, std::uint16_t bits) {
  const auto table_of = [](DType of) {
    std::vector<float> values;
    for (int pattern = 0; pattern <= 0xFFFF; ++pattern) {
      values.push_back(static_cast<float>(Decode(of, static_cast<std::uint16_t>(pattern))));
    }
    return values;
  };
  static const std::vector<float> bf16 = table_of(DType::kBFloat16);
  static const std::vector<float> fp16 = table_of(DType::kFloat16);
  return type == DType::kBFloat16 ? bf16[bits] : fp16[bits];
}

// Rounds once, to nearest, ties to even. Subnormals are kept; every NaN becomes the positive quiet
// NaN without payload, so that results do not depend on which operand a processor passes on.
inline std::uint16_t Encode(DType type, double value) {
  const FloatFormat format = FormatOf(type);
  if (std::isnan(value)) {
    return static_cast<std::uint16_t>(format.infinity_bits() | (format.hidden_bit() >> 1));
  }
  const int sign = std::signbit(value) ? 0x8000 : 0;
  const double magnitude = std::fabs(value);
  int bits = format.infinity_bits();
  if (magnitude == 0) {
    bits = 0;
  } else if (std::isfinite(magnitude)) {
    // The distance of representable values is 2^step; below the normal ones it stays the same.
    const int exponent = std::max(std::ilogb(magnitude), format.min_exponent());
    const int step = exponent - format.fraction_bits;
    const int units = static_cast<int>(std::nearbyint(std::ldexp(magnitude, -step)));
    // Consecutive values have consecutive bits, so units that round up to the next power of two
    // carry into the exponent field by themselves.
    const int field_below = exponent + format.max_exponent - 1;
    if (exponent <= format.max_exponent) {
      bits = (field_below << format.fraction_bits) + units;
    }
  }
  return static_cast<std::uint16_t>(sign | bits);
}

}  // namespace ferry::reference

#endif  // FERRY_MOE_REFERENCE_FLOAT_H_
