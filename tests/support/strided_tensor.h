// A tensor with any strides inside a larger buffer, which knows what the buffer should hold.
#ifndef FERRY_TESTS_SUPPORT_STRIDED_TENSOR_H_
#define FERRY_TESTS_SUPPORT_STRIDED_TENSOR_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "base/dtype.h"
#include "base/matrix.h"

namespace ferry::testing {

enum class Strides {
  kDense,
  kPaddedRows,
  kApartColumns,
  kReversedRows,
  kReversedColumns,
  kTransposed
};
inline constexpr int kNumStrides = 6;

template <class T>
class StridedTensor {
 public:
  StridedTensor(std::int64_t rows, std::int64_t cols, Strides strides = Strides::kDense)
      : rows_(rows), cols_(cols) {
    row_stride_ = cols;
    if (strides == Strides::kPaddedRows) row_stride_ = cols + 3;
    if (strides == Strides::kReversedRows) row_stride_ = -cols;
    if (strides == Strides::kReversedColumns) col_stride_ = -1;
    if (strides == Strides::kApartColumns) {
      col_stride_ = 2;
      row_stride_ = 2 * cols + 1;
    }
    if (strides == Strides::kTransposed) {
      col_stride_ = rows;
      row_stride_ = 1;
    }
    const std::int64_t down = (rows > 0 ? rows - 1 : 0) * row_stride_;
    const std::int64_t across = (cols > 0 ? cols - 1 : 0) * col_stride_;
    origin_ = kGuard - (down < 0 ? down : 0) - (across < 0 ? across : 0);
    const std::int64_t size = 2 * kGuard + std::abs(down) + std::abs(across) + 1;
    buffer_.resize(static_cast<std::size_t>(size));
    std::memset(buffer_.data(), 0xC3, buffer_.size() * sizeof(T));
    expected_ = buffer_;
  }

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] std::int64_t cols() const { return cols_; }
  [[nodiscard]] T& at(std::int64_t row, std::int64_t col) { return buffer_[Index(row, col)]; }

  // The operator must not change what is set; it must write what is expected.
  void Set(std::int64_t row, std::int64_t col, T value) {
    buffer_[Index(row, col)] = value;
    Expect(row, col, value);
  }
  void Expect(std::int64_t row, std::int64_t col, T value) { expected_[Index(row, col)] = value; }

  // The same for the first elements of the tensor, row by row.
  void SetAll(std::span<const T> values) {
    for (std::size_t i = 0; i < values.size(); ++i) Set(RowOf(i), ColOf(i), values[i]);
  }
  void ExpectAll(std::span<const T> values) {
    for (std::size_t i = 0; i < values.size(); ++i) Expect(RowOf(i), ColOf(i), values[i]);
  }

  // "" if every byte of the buffer, guards included, is what it should be.
  [[nodiscard]] std::string Difference(const std::string& name) const {
    for (std::size_t i = 0; i < buffer_.size(); ++i) {
      if (std::memcmp(&buffer_[i], &expected_[i], sizeof(T)) == 0) continue;
      return name + ": element " + std::to_string(static_cast<std::int64_t>(i) - origin_) +
             " from the first is " + std::to_string(buffer_[i]) + ", expected " +
             std::to_string(expected_[i]) + "\n";
    }
    return "";
  }

  [[nodiscard]] Matrix<const T> matrix() const {
    return {buffer_.data() + origin_, rows_, cols_, row_stride_, col_stride_};
  }
  [[nodiscard]] Vector<T> vector() { return {buffer_.data() + origin_, cols_, col_stride_}; }
  [[nodiscard]] Vector<const T> vector() const {
    return {buffer_.data() + origin_, cols_, col_stride_};
  }
  [[nodiscard]] Rows rows_of(DType dtype) {
    const auto bytes = static_cast<std::int64_t>(sizeof(T));
    return {reinterpret_cast<std::byte*>(buffer_.data() + origin_),
            dtype,
            rows_,
            cols_,
            row_stride_ * bytes,
            col_stride_ * bytes};
  }

 private:
  static constexpr std::int64_t kGuard = 16;  // elements before and behind

  [[nodiscard]] std::size_t Index(std::int64_t row, std::int64_t col) const {
    return static_cast<std::size_t>(origin_ + row * row_stride_ + col * col_stride_);
  }
  [[nodiscard]] std::int64_t RowOf(std::size_t i) const {
    return static_cast<std::int64_t>(i) / cols_;
  }
  [[nodiscard]] std::int64_t ColOf(std::size_t i) const {
    return static_cast<std::int64_t>(i) % cols_;
  }

  std::int64_t rows_;
  std::int64_t cols_;
  std::int64_t row_stride_ = 0;
  std::int64_t col_stride_ = 1;
  std::int64_t origin_ = 0;
  std::vector<T> buffer_;
  std::vector<T> expected_;
};

}  // namespace ferry::testing

#endif  // FERRY_TESTS_SUPPORT_STRIDED_TENSOR_H_
