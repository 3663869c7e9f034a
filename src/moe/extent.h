// The bytes that a strided view touches.
#ifndef FERRY_MOE_EXTENT_H_
#define FERRY_MOE_EXTENT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/matrix.h"

namespace ferry::moe {

struct Extent {
  const std::byte* begin = nullptr;
  std::size_t bytes = 0;

  [[nodiscard]] bool Overlaps(const Extent& other) const {
    return bytes != 0 && other.bytes != 0 && begin < other.begin + other.bytes &&
           other.begin < begin + bytes;
  }
};

// Offsets relative to a view's element (0, 0): [low, high) holds all its bytes.
struct ByteRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

// The range of `rows` x `cols` elements; nothing if it cannot be represented. Safe for any numbers,
// because a peer's are not trusted.
[[nodiscard]] inline std::optional<ByteRange> RangeOfView(const ConstRows& view) {
  if (view.rows < 0 || view.cols < 0) return std::nullopt;
  if (view.rows == 0 || view.cols == 0) return ByteRange{};
  std::int64_t down = 0;
  std::int64_t across = 0;
  ByteRange range;
  if (__builtin_mul_overflow(view.rows - 1, view.row_stride, &down) ||
      __builtin_mul_overflow(view.cols - 1, view.col_stride, &across) ||
      __builtin_add_overflow(std::min<std::int64_t>(down, 0), std::min<std::int64_t>(across, 0),
                             &range.low) ||
      __builtin_add_overflow(std::max<std::int64_t>(down, 0), std::max<std::int64_t>(across, 0),
                             &range.high) ||
      __builtin_add_overflow(range.high, static_cast<std::int64_t>(SizeOf(view.dtype)),
                             &range.high)) {
    return std::nullopt;
  }
  return range;
}

// Of a view that this rank's caller handed in: its strides describe memory that exists.
[[nodiscard]] inline Extent ExtentOf(const ConstRows& view) {
  const ByteRange range = RangeOfView(view).value_or(ByteRange{});
  return {view.data + range.low, static_cast<std::size_t>(range.high - range.low)};
}

template <class T>
[[nodiscard]] Extent ExtentOf(const Vector<T>& vector) {
  if (vector.size <= 0) return {};
  const std::int64_t last = (vector.size - 1) * vector.stride;
  const T* begin = vector.data + std::min<std::int64_t>(last, 0);
  const T* end = vector.data + std::max<std::int64_t>(last, 0) + 1;
  return {reinterpret_cast<const std::byte*>(begin),
          static_cast<std::size_t>(end - begin) * sizeof(T)};
}

// Rows [first, first + count) of a view.
template <class Byte>
[[nodiscard]] BasicRows<Byte> SliceRows(const BasicRows<Byte>& view, std::int64_t first,
                                        std::int64_t count) {
  BasicRows<Byte> slice = view;
  slice.data = view.data + first * view.row_stride;
  slice.rows = count;
  return slice;
}

// The first `count` elements of a vector.
template <class T>
[[nodiscard]] Vector<T> Prefix(const Vector<T>& vector, std::int64_t count) {
  return {vector.data, count, vector.stride};
}

}  // namespace ferry::moe

#endif  // FERRY_MOE_EXTENT_H_
