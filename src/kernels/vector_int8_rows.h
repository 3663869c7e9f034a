// The int8 row kernels for an instruction set that has vectors; vector_rows.h says how a file uses
// them.
#ifndef FERRY_KERNELS_VECTOR_INT8_ROWS_H_
#define FERRY_KERNELS_VECTOR_INT8_ROWS_H_

#include <algorithm>
#include <cmath>

#include "kernels/vector_rows.h"

namespace ferry::kernels {
namespace {

// A pair from element i on, times its smooth scales if there are any.
template <class Format>
FERRY_VECTOR_INLINE PairOf<Format> SmoothedPair(const std::byte* row, const float* smooth,
                                                std::int64_t i) {
  using V = typename Format::Vector;
  const PairOf<Format> value = Format::LoadInOrder(row, i);
  if (smooth == nullptr) return value;
  return {V::Multiply(value.a, V::Load(smooth + i)),
          V::Multiply(value.b, V::Load(smooth + i + V::kLanes))};
}

template <class Format>
FERRY_VECTOR_INLINE PairOf<Format> SmoothedEnd(const std::byte* row, const float* smooth,
                                               std::int64_t i, std::int64_t count) {
  RowEnd<Format> end(row, i, count);
  if (smooth == nullptr) return SmoothedPair<Format>(end.data(), nullptr, 0);
  const End<Format, float> scales(smooth, i, count);
  return SmoothedPair<Format>(end.data(), scales.elements.data(), 0);
}

template <class Format>
FERRY_VECTOR_INLINE PairOf<Format> MaxOfPairs(PairOf<Format> max, PairOf<Format> value) {
  using V = typename Format::Vector;
  return {V::MaxMagnitude(max.a, value.a), V::MaxMagnitude(max.b, value.b)};
}

template <class Format>
FERRY_VECTOR float LargestMagnitude(const std::byte* row, const float* smooth, std::int64_t count) {
  using V = typename Format::Vector;
  constexpr std::int64_t kStep = kPair<Format>;
  PairOf<Format> max = ZeroPair<Format>();
  std::int64_t i = 0;
  for (; i + kStep <= count; i += kStep)
    max = MaxOfPairs<Format>(max, SmoothedPair<Format>(row, smooth, i));
  if (i < count) max = MaxOfPairs<Format>(max, SmoothedEnd<Format>(row, smooth, i, count));
  return V::Largest(V::MaxMagnitude(max.a, max.b));
}

template <class Format>
FERRY_VECTOR_INLINE void StoreQuantized(PairOf<Format> value, typename Format::Vector::Floats q,
                                        std::int8_t* out) {
  using V = typename Format::Vector;
  V::StoreInt8(out, V::ToIntegers(V::Multiply(value.a, q)), V::ToIntegers(V::Multiply(value.b, q)));
}

template <class Format>
FERRY_VECTOR float QuantizeOneRow(const std::byte* row, const float* smooth, std::int8_t* out,
                                  std::int64_t count) {
  constexpr std::int64_t kStep = kPair<Format>;
  const float q = 127.0f / LargestMagnitude<Format>(row, smooth, count);
  if (!std::isfinite(q)) {
    std::fill_n(out, count, std::int8_t{0});
    return 0.0f;
  }
  const auto all_q = Format::Vector::Fill(q);
  std::int64_t i = 0;
  for (; i + kStep <= count; i += kStep)
    StoreQuantized<Format>(SmoothedPair<Format>(row, smooth, i), all_q, out + i);
  if (i < count) {
    std::array<std::int8_t, static_cast<std::size_t>(kStep)> end;
    StoreQuantized<Format>(SmoothedEnd<Format>(row, smooth, i, count), all_q, end.data());
    std::memcpy(out + i, end.data(), static_cast<std::size_t>(count - i));
  }
  return 1.0f / q;
}

// Whole groups of 8 as int8 and back. For a group of zeros the quotient is 0 / 0, and the integer
// of NaN is 0 as it must be; no other group has s = 0, because binary32 holds 1/127 of the smallest
// subnormal number of either type.
template <class Format>
FERRY_VECTOR_INLINE typename Format::Vector::Floats CellsOf(typename Format::Vector::Floats value) {
  using V = typename Format::Vector;
  const auto max = V::LargestOfEach8(V::MaxMagnitude(V::Zero(), value));
  const auto s = V::Multiply(max, V::Fill(1.0f / 127.0f));
  const auto q = V::ToIntegers(V::RoundToHalf(V::Divide(value, s)));
  return V::Multiply(V::ToFloats(q), Format::Round(s));
}

template <class Format>
FERRY_VECTOR_INLINE void RoundTripPair(const std::byte* row, std::byte* out, std::int64_t i) {
  const PairOf<Format> value = Format::LoadInOrder(row, i);
  Format::StoreInOrder(out, i, {CellsOf<Format>(value.a), CellsOf<Format>(value.b)});
}

template <class Format>
FERRY_VECTOR void RoundTripRow(const std::byte* row, std::byte* out, std::int64_t count) {
  constexpr std::int64_t kStep = kPair<Format>;
  std::int64_t i = 0;
  for (; i + kStep <= count; i += kStep) RoundTripPair<Format>(row, out, i);
  if (i == count) return;
  RowEnd<Format> end(row, i, count);
  RoundTripPair<Format>(end.data(), end.data(), 0);
  end.CopyTo(out, i, count);
}

template <class Format>
constexpr RowKernels VectorKernels() {
  return {
      .weighted_sum = WeightedSumRow<Format>,
      .add_rows = AddTwoRows<Format>,
      .quantize_row = QuantizeOneRow<Format>,
      .round_trip_int8 = RoundTripRow<Format>,
  };
}

}  // namespace
}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_VECTOR_INT8_ROWS_H_
