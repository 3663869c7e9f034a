#include "ops/folded_rows.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "ops/example_calls.h"

namespace ferry::ops {
namespace {

// Elements count up from 0 through `memory`.
TensorArg CountingTensor(std::vector<std::uint16_t>& memory, std::vector<std::int64_t> dims,
                         std::vector<std::int64_t> strides, std::int64_t offset) {
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<std::uint16_t>(i);
  TensorArg tensor;
  tensor.dims = std::move(dims);
  tensor.strides = std::move(strides);
  tensor.offset = offset;
  tensor.dtype = DType::kFloat16;
  tensor.data = reinterpret_cast<std::byte*>(memory.data());
  return tensor;
}

std::uint16_t At(const ConstRows& rows, std::int64_t row, std::int64_t col) {
  std::uint16_t value = 0;
  std::memcpy(&value, rows.row(row) + col * rows.col_stride, sizeof(value));
  return value;
}

TEST(FoldedRows, AMatrixIsOneBlock) {
  std::vector<std::uint16_t> memory(64);
  const auto rows = FoldRows(CountingTensor(memory, {3, 4}, {10, 1}, 2)).AsMatrixRows();
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->rows, 3);
  EXPECT_EQ(At(*rows, 2, 3), 2 + 2 * 10 + 3);
}

TEST(FoldedRows, BlocksWithOneStrideFoldWithoutACopy) {
  std::vector<std::uint16_t> memory(64);
  const auto dense = FoldRows(CountingTensor(memory, {2, 3, 4}, {12, 4, 1}, 0)).AsMatrixRows();
  ASSERT_TRUE(dense.has_value());
  EXPECT_EQ(At(*dense, 5, 1), 21);
  const auto single = FoldRows(CountingTensor(memory, {3, 1, 4}, {20, 7, 1}, 0)).AsMatrixRows();
  ASSERT_TRUE(single.has_value());
  EXPECT_EQ(At(*single, 2, 0), 40);
  const auto one_block = FoldRows(CountingTensor(memory, {1, 3, 4}, {99, 5, 1}, 0)).AsMatrixRows();
  ASSERT_TRUE(one_block.has_value());
  EXPECT_EQ(At(*one_block, 2, 0), 10);
}

TEST(FoldedRows, TheStrideOfASingleElementIsNotLookedAt) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  std::vector<std::uint16_t> memory(64);
  const auto single = FoldRows(CountingTensor(memory, {1, 1, 4}, {kHuge, -kHuge, 2}, 3));
  ASSERT_TRUE(single.AsMatrixRows().has_value());
  EXPECT_EQ(At(*single.AsMatrixRows(), 0, 3), 9);
  const auto blocks = FoldRows(CountingTensor(memory, {3, 1, 1}, {5, kHuge, kHuge}, 0));
  ASSERT_TRUE(blocks.AsMatrixRows().has_value());
  EXPECT_EQ(At(*blocks.AsMatrixRows(), 2, 0), 10);
}

TEST(FoldedRows, OtherStridesAreGathered) {
  std::vector<std::uint16_t> memory(64);
  const FoldedRows folded = FoldRows(CountingTensor(memory, {2, 2, 3}, {30, -6, 2}, 8));
  EXPECT_FALSE(folded.AsMatrixRows().has_value());
  std::vector<std::byte> storage;
  const ConstRows rows = folded.Gather(storage);
  ASSERT_EQ(rows.rows, 4);
  for (std::int64_t r = 0; r < 4; ++r) {
    for (std::int64_t c = 0; c < 3; ++c)
      EXPECT_EQ(At(rows, r, c), 8 + r / 2 * 30 - r % 2 * 6 + c * 2) << r << " " << c;
  }
}

}  // namespace
}  // namespace ferry::ops
