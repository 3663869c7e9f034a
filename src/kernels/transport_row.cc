#include "kernels/transport_row.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "kernels/convert.h"
#include "kernels/float_environment.h"

namespace ferry::kernels {
namespace {

constexpr std::int64_t kGroup = 8;
constexpr float kStep = 1.0F / 127.0F;  // 0x3C010204

struct BFloat16 {
  static float Widen(std::uint16_t bits) { return BFloat16ToFloat(bits); }
  static std::uint16_t Round(float value) { return FloatToBFloat16(value); }
};

struct Half {
  static float Widen(std::uint16_t bits) { return HalfToFloat(bits); }
  static std::uint16_t Round(float value) { return FloatToHalf(value); }
};

// The quotient passes through fp16 on its way to the integer, which has no negative zero.
std::int8_t Quantized(float value, float scale) {
  if (scale == 0) return 0;
  const float quotient = HalfToFloat(FloatToHalf(value / scale));
  if (std::isnan(quotient)) return 0;
  return static_cast<std::int8_t>(std::nearbyint(std::clamp(quotient, -128.0F, 127.0F)));
}

// A group that is shorter at the end of a row behaves as if it were filled up with zeros.
template <class Format>
void RoundTripGroup(const std::byte* row, std::byte* out, std::size_t count) {
  std::array<std::uint16_t, kGroup> bits{};
  std::memcpy(bits.data(), row, count * sizeof(bits[0]));
  float largest = 0;
  for (const std::uint16_t element : bits) {
    const float magnitude = std::fabs(Format::Widen(element));
    largest = magnitude > largest ? magnitude : largest;  // false for NaN
  }
  const float scale = largest * kStep;
  const float sent_scale = Format::Widen(Format::Round(scale));
  for (std::uint16_t& element : bits) {
    const auto quantized = static_cast<float>(Quantized(Format::Widen(element), scale));
    element = Format::Round(quantized * sent_scale);
  }
  std::memcpy(out, bits.data(), count * sizeof(bits[0]));
}

template <class Format>
void RoundTrip(const std::byte* row, std::byte* out, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += kGroup) {
    const auto elements = static_cast<std::size_t>(std::min(kGroup, count - i));
    RoundTripGroup<Format>(row + 2 * i, out + 2 * i, elements);
  }
}

}  // namespace

void RoundTripInt8(DType type, const std::byte* row, std::byte* out, std::int64_t count) {
  const IeeeFloatEnvironment environment;
  if (type == DType::kBFloat16) {
    RoundTrip<BFloat16>(row, out, count);
  } else {
    RoundTrip<Half>(row, out, count);
  }
}

}  // namespace ferry::kernels
