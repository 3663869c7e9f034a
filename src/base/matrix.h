// Strided views of tensors. A view owns nothing; strides may be zero or negative.
#ifndef FERRY_BASE_MATRIX_H_
#define FERRY_BASE_MATRIX_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/dtype.h"

namespace ferry {

// A 1-D view. `stride` in elements.
template <class T>
struct Vector {
  T* data = nullptr;
  std::int64_t size = 0;
  std::int64_t stride = 1;

  [[nodiscard]] T& operator[](std::int64_t i) const { return data[i * stride]; }
};

// A 2-D view of elements whose type is known. Strides in elements.
template <class T>
struct Matrix {
  T* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t row_stride = 0;
  std::int64_t col_stride = 1;

  [[nodiscard]] T& operator()(std::int64_t row, std::int64_t col) const {
    return data[row * row_stride + col * col_stride];
  }
};

// A 2-D view of token rows whose element type is known only at run time. Strides in BYTES.
template <class Byte>
struct BasicRows {
  static_assert(std::is_same_v<std::remove_const_t<Byte>, std::byte>);

  Byte* data = nullptr;
  DType dtype = DType::kUndefined;
  std::int64_t rows = 0;
  std::int64_t cols = 0;        // elements of a row
  std::int64_t row_stride = 0;  // bytes from a row to the next
  std::int64_t col_stride = 0;  // bytes from an element to the next

  [[nodiscard]] Byte* row(std::int64_t r) const { return data + r * row_stride; }
  [[nodiscard]] std::int64_t row_bytes() const {
    return cols * static_cast<std::int64_t>(SizeOf(dtype));
  }
  // Whether the elements of a row lie side by side, so that a row can be copied as bytes.
  [[nodiscard]] bool rows_are_dense() const {
    return col_stride == static_cast<std::int64_t>(SizeOf(dtype)) || cols <= 1;
  }
};

using Rows = BasicRows<std::byte>;
using ConstRows = BasicRows<const std::byte>;

[[nodiscard]] inline ConstRows AsConst(const Rows& rows) {
  return {rows.data, rows.dtype, rows.rows, rows.cols, rows.row_stride, rows.col_stride};
}

}  // namespace ferry

#endif  // FERRY_BASE_MATRIX_H_
