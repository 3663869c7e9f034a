// The row kernels in plain C++: for processors without AVX2, and for the ends of rows.
#include <array>
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
void SumElements(std::span<const Term> terms, std::byte* out, std::int64_t begin,
                 std::int64_t count) {
  constexpr std::int64_t kBlock = 64;
  std::int64_t i = begin;
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
void AddElements(const std::byte* a, const std::byte* b, std::byte* out, std::int64_t count) {
  constexpr std::int64_t kBlock = 64;
  std::int64_t i = 0;
  for (; i + kBlock <= count; i += kBlock)
    AddBlock<Format, kBlock>(a + 2 * i, b + 2 * i, out + 2 * i);
  for (; i < count; ++i) AddBlock<Format, 1>(a + 2 * i, b + 2 * i, out + 2 * i);
}

}  // namespace

void WeightedSumBFloat16Portable(std::span<const Term> terms, std::byte* out, std::int64_t count) {
  SumElements<BFloat16>(terms, out, 0, count);
}

void WeightedSumHalfPortable(std::span<const Term> terms, std::byte* out, std::int64_t count) {
  SumElements<Half>(terms, out, 0, count);
}

void AddRowsBFloat16Portable(const std::byte* a, const std::byte* b, std::byte* out,
                             std::int64_t count) {
  AddElements<BFloat16>(a, b, out, count);
}

void AddRowsHalfPortable(const std::byte* a, const std::byte* b, std::byte* out,
                         std::int64_t count) {
  AddElements<Half>(a, b, out, count);
}

void WeightedSumTail(DType type, std::span<const Term> terms, std::byte* out, std::int64_t begin,
                     std::int64_t count) {
  if (type == DType::kBFloat16) {
    SumElements<BFloat16>(terms, out, begin, count);
  } else {
    SumElements<Half>(terms, out, begin, count);
  }
}

}  // namespace ferry::kernels
