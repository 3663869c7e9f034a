#include "kernels/quantize_row.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/convert.h"
#include "kernels/float_environment.h"

namespace ferry::kernels {
namespace {

constexpr float kLargest = 127.0F;  // -128 is never produced

// Element `i` of the row before it is quantised.
template <float (*kWiden)(std::uint16_t)>
float ValueAt(const std::byte* row, const float* smooth, std::int64_t i) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, row + 2 * i, sizeof(bits));
  const float value = kWiden(bits);
  return smooth == nullptr ? value : value * smooth[i];
}

std::int8_t ToInt8(float value) {
  if (std::isnan(value)) return 0;
  return static_cast<std::int8_t>(std::nearbyint(std::clamp(value, -kLargest, kLargest)));
}

template <float (*kWiden)(std::uint16_t)>
float Quantize(const std::byte* row, const float* smooth, std::int8_t* out, std::int64_t count) {
  float largest = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const float magnitude = std::fabs(ValueAt<kWiden>(row, smooth, i));
    largest = magnitude > largest ? magnitude : largest;  // false for NaN
  }
  const float factor = kLargest / largest;
  if (!std::isfinite(factor)) {
    std::fill_n(out, count, std::int8_t{0});
    return 0;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    out[i] = ToInt8(ValueAt<kWiden>(row, smooth, i) * factor);
  }
  return 1.0F / factor;
}

}  // namespace

float QuantizeRow(DType type, const std::byte* row, const float* smooth_or_null, std::int8_t* out,
                  std::int64_t count) {
  const IeeeFloatEnvironment environment;
  return type == DType::kBFloat16 ? Quantize<BFloat16ToFloat>(row, smooth_or_null, out, count)
                                  : Quantize<HalfToFloat>(row, smooth_or_null, out, count);
}

}  // namespace ferry::kernels
