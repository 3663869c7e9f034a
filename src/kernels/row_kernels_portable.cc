// The row kernels in plain C++: for processors without AVX2, and for the ends of rows.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "kernels/convert.h"
#include "kernels/row_kernels.h"

namespace ferry::kernels {
namespace {

struct BFloat16 {
  static float Widen(std::uint16_t bits) { return BFloat16ToFloat(bits); }
  static std::uint16_t Round(float value) { return FloatToBFloat16(value); }
};

struct Half {
  static float Widen(std::uint16_t bits) { return HalfToFloat(bits); }
  static std::uint16_t Round(float value) { return FloatToHalf(value); }
};

// One block of kCount elements; the loops over it have a fixed length, so that the compiler makes
// vectors of what the processor surely has.
template <class Format, std::int64_t kCount>
void SumBlock(std::span<const Term> terms, std::byte* out, std::int64_t begin) {
  std::array<float, static_cast<std::size_t>(kCount)> sums{};
  std::array<std::uint16_t, static_cast<std::size_t>(kCount)> bits;
  for (const Term& term : terms) {
    std::memcpy(bits.data(), term.row + 2 * begin, sizeof(bits));
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += Format::Widen(bits[i]) * term.weight;
  }
  for (std::size_t i = 0; i < sums.size(); ++i) bits[i] = Format::Round(sums[i]);
  std::memcpy(out + 2 * begin, bits.data(), sizeof(bits));
}

template <class Format>
void Sum(std::span<const Term> terms, std::byte* out, std::int64_t count) {
  constexpr std::int64_t kBlock = 64;
  std::int64_t i = 0;
  for (; i + kBlock <= count; i += kBlock) SumBlock<Format, kBlock>(terms, out, i);
  for (; i < count; ++i) SumBlock<Format, 1>(terms, out, i);
}

template <class Format, std::int64_t kCount>
void AddBlock(const std::byte* a, const std::byte* b, std::byte* out) {
  std::array<std::uint16_t, static_cast<std::size_t>(kCount)> left;
  std::array<std::uint16_t, static_cast<std::size_t>(kCount)> right;
  std::memcpy(left.data(), a, sizeof(left));
  std::memcpy(right.data(), b, sizeof(right));
  for (std::size_t i = 0; i < left.size(); ++i)
    left[i] = Format::Round(Format::Widen(left[i]) + Format::Widen(right[i]));
  std::memcpy(out, left.data(), sizeof(left));
}

template <class Format>
void Add(const std::byte* a, const std::byte* b, std::byte* out, std::int64_t count) {
  constexpr std::int64_t kBlock = 64;
  std::int64_t i = 0;
  for (; i + kBlock <= count; i += kBlock)
    AddBlock<Format, kBlock>(a + 2 * i, b + 2 * i, out + 2 * i);
  for (; i < count; ++i) AddBlock<Format, 1>(a + 2 * i, b + 2 * i, out + 2 * i);
}

// The bits of |value|, which order like the magnitudes do; 0 for NaN.
std::uint32_t Magnitude(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value) & 0x7fffffffU;
  return bits > 0x7f800000U ? 0U : bits;
}

template <std::size_t kCount>
using Values = std::array<float, kCount>;

// Elements [i, i + kCount) of a row, times their smooth scales if there are any.
template <class Format, std::size_t kCount>
Values<kCount> Smoothed(const std::byte* row, const float* smooth, std::int64_t i) {
  std::array<std::uint16_t, kCount> bits;
  Values<kCount> values;
  std::memcpy(bits.data(), row + 2 * i, sizeof(bits));
  for (std::size_t j = 0; j < kCount; ++j) values[j] = Format::Widen(bits[j]);
  if (smooth != nullptr) {
    Values<kCount> scales;
    std::memcpy(scales.data(), smooth + i, sizeof(scales));
    for (std::size_t j = 0; j < kCount; ++j) values[j] *= scales[j];
  }
  return values;
}

template <class Format, std::size_t kCount>
std::uint32_t MaxOfBlock(const std::byte* row, const float* smooth, std::int64_t i) {
  std::uint32_t max = 0;
  for (const float value : Smoothed<Format, kCount>(row, smooth, i))
    max = std::max(max, Magnitude(value));
  return max;
}

template <class Format, std::size_t kCount>
void QuantizeBlock(const std::byte* row, const float* smooth, float q, std::int8_t* out,
                   std::int64_t i) {
  const Values<kCount> values = Smoothed<Format, kCount>(row, smooth, i);
  std::array<std::int8_t, kCount> integers;
  for (std::size_t j = 0; j < kCount; ++j) integers[j] = FloatToInt8(values[j] * q);
  std::memcpy(out + i, integers.data(), sizeof(integers));
}

template <class Format>
float Quantize(const std::byte* row, const float* smooth, std::int8_t* out, std::int64_t count) {
  constexpr std::int64_t kBlock = 64;
  std::uint32_t max = 0;
  std::int64_t i = 0;
  for (; i + kBlock <= count; i += kBlock)
    max = std::max(max, MaxOfBlock<Format, kBlock>(row, smooth, i));
  for (; i < count; ++i) max = std::max(max, MaxOfBlock<Format, 1>(row, smooth, i));
  const float q = 127.0f / std::bit_cast<float>(max);
  if (!std::isfinite(q)) {
    std::fill_n(out, count, std::int8_t{0});
    return 0.0f;
  }
  for (i = 0; i + kBlock <= count; i += kBlock)
    QuantizeBlock<Format, kBlock>(row, smooth, q, out, i);
  for (; i < count; ++i) QuantizeBlock<Format, 1>(row, smooth, q, out, i);
  return 1.0f / q;
}

// `kGroup` elements or, at a row's end, `count` of them with zeros behind.
constexpr std::size_t kGroup = 8;

template <class Format>
void RoundTripGroup(const std::byte* row, std::byte* out, std::size_t count) {
  std::array<std::uint16_t, kGroup> bits{};
  std::array<float, kGroup> values;
  std::memcpy(bits.data(), row, 2 * count);
  std::uint32_t max = 0;
  for (std::size_t j = 0; j < kGroup; ++j) {
    values[j] = Format::Widen(bits[j]);
    max = std::max(max, Magnitude(values[j]));
  }
  // Binary32 holds 1/127 of the smallest subnormal of either type, so s is 0 for a group of zeros
  // only. Then 0 / s is NaN, and q is 0 as it must be.
  const float s = std::bit_cast<float>(max) * (1.0f / 127.0f);
  const float sent = Format::Widen(Format::Round(s));
  for (std::size_t j = 0; j < kGroup; ++j) {
    const float quotient = HalfToFloat(FloatToHalf(values[j] / s));
    bits[j] = Format::Round(static_cast<float>(FloatToInt8(quotient)) * sent);
  }
  std::memcpy(out, bits.data(), 2 * count);
}

template <class Format>
void RoundTrip(const std::byte* row, std::byte* out, std::int64_t count) {
  const auto size = static_cast<std::size_t>(count);
  std::size_t i = 0;
  for (; i + kGroup <= size; i += kGroup) RoundTripGroup<Format>(row + 2 * i, out + 2 * i, kGroup);
  if (i < size) RoundTripGroup<Format>(row + 2 * i, out + 2 * i, size - i);
}

template <class Format>
constexpr RowKernels PortableKernels() {
  return {
      .weighted_sum = Sum<Format>,
      .add_rows = Add<Format>,
      .quantize_row = Quantize<Format>,
      .round_trip_int8 = RoundTrip<Format>,
  };
}

}  // namespace

constexpr RowKernels kPortableBFloat16 = PortableKernels<BFloat16>();
constexpr RowKernels kPortableHalf = PortableKernels<Half>();

}  // namespace ferry::kernels
