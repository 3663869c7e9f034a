// The row kernels in plain C++: for processors without AVX2, and for the ends of rows.
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

std::uint16_t LoadBits(const std::byte* row, std::int64_t i) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, row + 2 * i, sizeof(bits));
  return bits;
}

void StoreBits(std::byte* row, std::int64_t i, std::uint16_t bits) {
  std::memcpy(row + 2 * i, &bits, sizeof(bits));
}

template <class Format>
void SumElements(std::span<const Term> terms, std::byte* out, std::int64_t begin,
                 std::int64_t count) {
  for (std::int64_t i = begin; i < count; ++i) {
    float sum = 0.0f;
    for (const Term& term : terms) sum += Format::Widen(LoadBits(term.row, i)) * term.weight;
    StoreBits(out, i, Format::Round(sum));
  }
}

template <class Format>
void AddElements(const std::byte* a, const std::byte* b, std::byte* out, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    StoreBits(out, i, Format::Round(Format::Widen(LoadBits(a, i)) + Format::Widen(LoadBits(b, i))));
  }
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
