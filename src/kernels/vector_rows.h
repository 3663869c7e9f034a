// The row kernels for an instruction set that has vectors, written once: weighted sum and sum here,
// int8 in vector_int8_rows.h.
//
// A row_kernels_<isa>.cc includes this after it has defined what lets a function use its vectors,
//   FERRY_VECTOR, FERRY_VECTOR_INLINE   the attribute alone; with always_inline
// and then enters VectorKernels<Format>() into its tables, where Format::Vector has
//   Floats, Integers, kLanes            vectors of binary32 and int32; kLanes is a multiple of 8
//   Zero(), Fill(x), Load(p)            all 0; all x; kLanes floats from any address
//   Add, Multiply, Divide               one rounding each
//   MaxMagnitude(m, v)                  the larger of m and |v|; m where v is NaN
//   Largest(m)                          the largest lane
//   LargestOfEach8(m)                   in each lane the largest of its group of 8
//   RoundToHalf(v)                      to fp16 and back
//   ToIntegers(v), ToFloats(n)          as FloatToInt8 of convert.h does, and back
//   StoreInt8(out, a, b)                the integers a, then b, as int8
// and Format, one of the two 16-bit types, has
//   Load(row, i), Store(row, i, pair)   2 * kLanes elements from i on, as a pair of vectors; which
//                                       of them lie in which is the format's affair
//   LoadInOrder, StoreInOrder           the same, the first half of them in a, the second in b
//   Round(v)                            to the type and back
//
// Those files are compiled for plain x86-64: were they not, an inline function of a shared header
// could come out with instructions that another processor lacks.
#ifndef FERRY_KERNELS_VECTOR_ROWS_H_
#define FERRY_KERNELS_VECTOR_ROWS_H_

#if !defined(FERRY_VECTOR) || !defined(FERRY_VECTOR_INLINE)
#error "only for the files row_kernels_<isa>.cc, which define FERRY_VECTOR"
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "kernels/row_kernels.h"

namespace ferry::kernels {
namespace {

template <class Vector>
struct Pair {
  typename Vector::Floats a;
  typename Vector::Floats b;
};

template <class Format>
using PairOf = Pair<typename Format::Vector>;

template <class Format>
constexpr std::int64_t kPair = 2 * Format::Vector::kLanes;

// What is left of a row behind its last whole pair, with zeros behind it. With this the end of a
// row is computed as the rest is.
template <class Format, class Element>
struct End {
  alignas(64) std::array<Element, static_cast<std::size_t>(kPair<Format>)> elements{};

  End(const void* row, std::int64_t first, std::int64_t count) {
    constexpr auto kBytes = static_cast<std::int64_t>(sizeof(Element));
    std::memcpy(elements.data(), static_cast<const std::byte*>(row) + first * kBytes,
                static_cast<std::size_t>((count - first) * kBytes));
  }
};

template <class Format>
struct RowEnd : End<Format, std::uint16_t> {
  using End<Format, std::uint16_t>::End;

  [[nodiscard]] std::byte* data() { return reinterpret_cast<std::byte*>(this->elements.data()); }
  void CopyTo(std::byte* row, std::int64_t first, std::int64_t count) {
    std::memcpy(row + 2 * first, data(), static_cast<std::size_t>(2 * (count - first)));
  }
};

template <class Format>
FERRY_VECTOR_INLINE PairOf<Format> ZeroPair() {
  return {Format::Vector::Zero(), Format::Vector::Zero()};
}

template <class Format>
FERRY_VECTOR_INLINE PairOf<Format> Accumulate(PairOf<Format> sum, const std::byte* row,
                                              std::int64_t i,
                                              typename Format::Vector::Floats weight) {
  using V = typename Format::Vector;
  const PairOf<Format> value = Format::Load(row, i);
  return {V::Add(sum.a, V::Multiply(value.a, weight)), V::Add(sum.b, V::Multiply(value.b, weight))};
}

// Sums whole blocks of four pairs, which fill eight registers; returns the first element not done.
template <class Format>
FERRY_VECTOR std::int64_t SumBlocks(std::span<const Term> terms, std::byte* out,
                                    std::int64_t count) {
  constexpr std::int64_t kStep = kPair<Format>;
  constexpr std::int64_t kBlock = 4 * kStep;
  constexpr std::int64_t kPrefetchBytes = 1024;
  constexpr std::int64_t kLineBytes = 64;
  const Term* const end = terms.data() + terms.size();
  std::int64_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
    PairOf<Format> sum0 = ZeroPair<Format>();
    PairOf<Format> sum1 = sum0;
    PairOf<Format> sum2 = sum0;
    PairOf<Format> sum3 = sum0;
    for (const Term* term = terms.data(); term != end; ++term) {
      const std::byte* const ahead = term->row + 2 * i + kPrefetchBytes;
      for (std::int64_t at = 0; at < 2 * kBlock; at += kLineBytes) __builtin_prefetch(ahead + at);
      const auto weight = Format::Vector::Fill(term->weight);
      sum0 = Accumulate<Format>(sum0, term->row, i, weight);
      sum1 = Accumulate<Format>(sum1, term->row, i + kStep, weight);
      sum2 = Accumulate<Format>(sum2, term->row, i + 2 * kStep, weight);
      sum3 = Accumulate<Format>(sum3, term->row, i + 3 * kStep, weight);
    }
    Format::Store(out, i, sum0);
    Format::Store(out, i + kStep, sum1);
    Format::Store(out, i + 2 * kStep, sum2);
    Format::Store(out, i + 3 * kStep, sum3);
  }
  return i;
}

template <class Format>
FERRY_VECTOR void WeightedSumRow(std::span<const Term> terms, std::byte* out, std::int64_t count) {
  using V = typename Format::Vector;
  constexpr std::int64_t kStep = kPair<Format>;
  std::int64_t i = SumBlocks<Format>(terms, out, count);
  for (; i + kStep <= count; i += kStep) {
    PairOf<Format> sum = ZeroPair<Format>();
    for (const Term& term : terms) sum = Accumulate<Format>(sum, term.row, i, V::Fill(term.weight));
    Format::Store(out, i, sum);
  }
  if (i == count) return;
  PairOf<Format> sum = ZeroPair<Format>();
  for (const Term& term : terms) {
    RowEnd<Format> end(term.row, i, count);
    sum = Accumulate<Format>(sum, end.data(), 0, V::Fill(term.weight));
  }
  RowEnd<Format> result(out, i, i);
  Format::Store(result.data(), 0, sum);
  result.CopyTo(out, i, count);
}

template <class Format>
FERRY_VECTOR_INLINE void AddPair(const std::byte* x, const std::byte* y, std::byte* out,
                                 std::int64_t i) {
  using V = typename Format::Vector;
  const PairOf<Format> left = Format::Load(x, i);
  const PairOf<Format> right = Format::Load(y, i);
  Format::Store(out, i, {V::Add(left.a, right.a), V::Add(left.b, right.b)});
}

template <class Format>
FERRY_VECTOR void AddTwoRows(const std::byte* x, const std::byte* y, std::byte* out,
                             std::int64_t count) {
  constexpr std::int64_t kStep = kPair<Format>;
  std::int64_t i = 0;
  for (; i + kStep <= count; i += kStep) AddPair<Format>(x, y, out, i);
  if (i == count) return;
  RowEnd<Format> left(x, i, count);
  RowEnd<Format> right(y, i, count);
  AddPair<Format>(left.data(), right.data(), left.data(), 0);
  left.CopyTo(out, i, count);
}

}  // namespace
}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_VECTOR_ROWS_H_
