#include "moe/gather.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"

namespace ferry::moe {
namespace {

using Ints = std::vector<std::int32_t>;

// One holder with four rows of two bytes.
class Gather : public testing::Test {
 protected:
  [[nodiscard]] PeerOrigins Origins(const Ints& offsets, const Ints& entries) const {
    return {7, offsets, entries, {rows_.data(), DType::kBFloat16, 4, 1, 2, 2}};
  }
  [[nodiscard]] const std::byte* Row(std::int64_t row) const { return rows_.data() + 2 * row; }

  const std::vector<std::byte> rows_ = std::vector<std::byte>(8);
  CellTable cells_;
};

TEST_F(Gather, FindsTheRowOfEachCell) {
  const Ints offsets = {0, 1, 3};
  const Ints entries = {/*rank 0*/ 0, 0, 0, /*rank 1*/ 1, 1, 0, 3, 0, 1};
  cells_.Reset(2, 2);
  GatherCells(Origins(offsets, entries), 1, cells_);
  EXPECT_EQ(cells_.Row(1, 0), Row(1));
  EXPECT_EQ(cells_.Row(0, 1), Row(3));
  EXPECT_EQ(cells_.Row(0, 0), nullptr);
}

TEST_F(Gather, NamesTheFirstEmptyCellByTokenThenSlot) {
  ActivePairs active;
  active.Read({}, 2, 2);
  cells_.Reset(2, 2);
  cells_.Put({0, 0, 0}, Row(0));
  cells_.Put({1, 1, 0}, Row(1));
  ASSERT_TRUE(cells_.FirstEmpty(active));
  EXPECT_EQ(cells_.FirstEmpty(active)->token, 0);
  EXPECT_EQ(cells_.FirstEmpty(active)->slot, 1);
  cells_.Put({2, 0, 1}, Row(2));
  cells_.Put({3, 1, 1}, Row(3));
  EXPECT_FALSE(cells_.FirstEmpty(active));
}

TEST_F(Gather, NeedsNoCellBehindTheMaskButThoseOfSharedExperts) {
  const std::vector<std::uint8_t> flags = {0, 1, 0, 0};  // top_k 2 of 3 slots
  ActivePairs active;
  active.Read(ActiveMask::PerPair({flags.data(), 2, 2, 2, 1}), 2, 2);
  cells_.Reset(2, 3);
  cells_.Put({0, 0, 1}, Row(0));
  ASSERT_TRUE(cells_.FirstEmpty(active));
  EXPECT_EQ(cells_.FirstEmpty(active)->slot, 2);
  cells_.Put({1, 0, 2}, Row(1));
  EXPECT_FALSE(cells_.FirstEmpty(active));
}

TEST_F(Gather, DropsRowsThatNobodyNeeds) {
  cells_.Reset(1, 2);
  cells_.Put({0, 1, 0}, Row(0));
  cells_.Put({0, 0, 2}, Row(0));
  cells_.Put({0, -1, 0}, Row(0));
  cells_.Put({0, 0, -1}, Row(0));
  EXPECT_EQ(cells_.Row(0, 0), nullptr);
  EXPECT_EQ(cells_.Row(0, 1), nullptr);
}

TEST_F(Gather, StartsEachCallEmpty) {
  cells_.Reset(1, 1);
  cells_.Put({0, 0, 0}, Row(0));
  cells_.Reset(1, 1);
  EXPECT_EQ(cells_.Row(0, 0), nullptr);
}

TEST_F(Gather, RefusesListsOutsideTheEntries) {
  const Ints entries = {0, 0, 0};
  cells_.Reset(1, 1);
  for (const Ints& offsets : {Ints{0, 2}, Ints{-1, 1}, Ints{1, 0}}) {
    EXPECT_THROW(GatherCells(Origins(offsets, entries), 0, cells_), Error);
  }
}

TEST_F(Gather, RefusesRowsThatTheHolderDoesNotHave) {
  const Ints offsets = {0, 1};
  cells_.Reset(1, 1);
  for (const std::int32_t row : {-1, 4}) {
    const Ints entries = {row, 0, 0};
    EXPECT_THROW(GatherCells(Origins(offsets, entries), 0, cells_), Error);
  }
}

}  // namespace
}  // namespace ferry::moe
