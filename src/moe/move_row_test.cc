#include "moe/move_row.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "base/cpu.h"
#include "support/strided_tensor.h"

namespace ferry::moe {
namespace {

using testing::StridedTensor;
using testing::Strides;

constexpr std::int64_t kCols = 133;

std::vector<std::uint16_t> Ascending(std::int64_t count) {
  std::vector<std::uint16_t> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), std::uint16_t{1});
  return values;
}

TEST(MoveRow, MovesBetweenAnyStridesWithAnyHint) {
  for (int to = 0; to < testing::kNumStrides; ++to) {
    for (int from = 0; from < testing::kNumStrides; ++from) {
      for (const CopyHint hint : {CopyHint::kCached, CopyHint::kStreaming}) {
        StridedTensor<std::uint16_t> source(3, kCols, static_cast<Strides>(from));
        StridedTensor<std::uint16_t> target(5, kCols, static_cast<Strides>(to));
        const std::vector<std::uint16_t> values = Ascending(3 * kCols);
        source.SetAll(values);
        target.ExpectAll(values);
        MoveRows(target.rows_of(DType::kFloat16), AsConst(source.rows_of(DType::kFloat16)), hint);
        kernels::StreamFence();
        EXPECT_EQ(target.Difference("target"), "") << from << " to " << to;
        EXPECT_EQ(source.Difference("source"), "") << from << " to " << to;
      }
    }
  }
}

TEST(MoveRow, DenseRowsLieSideBySide) {
  StridedTensor<std::uint16_t> apart(3, kCols, Strides::kApartColumns);
  std::vector<std::byte> memory(static_cast<std::size_t>(3 * kCols * 2));
  const Rows dense = DenseRows(memory.data(), AsConst(apart.rows_of(DType::kFloat16)));
  EXPECT_TRUE(dense.rows_are_dense());
  EXPECT_EQ(dense.rows, 3);
  EXPECT_EQ(dense.row(2), memory.data() + 4 * kCols);
}

TEST(MoveRow, StreamsWhatHalfTheCacheCannotKeep) {
  const std::int64_t half = CacheShareBytes() / 2;
  EXPECT_EQ(HintFor(half), CopyHint::kCached);
  EXPECT_EQ(HintFor(half + 1), CopyHint::kStreaming);
}

TEST(MoveRow, CountsOnNoMoreCacheThanItsCoresHave) {
  EXPECT_GT(CacheShareBytes(), 0);
  EXPECT_LE(CacheShareBytes(), static_cast<std::int64_t>(LastLevelCacheBytes()));
  EXPECT_LE(CacheShareBytes(), (std::int64_t{16} << 20) * UsableCores());
}

}  // namespace
}  // namespace ferry::moe
