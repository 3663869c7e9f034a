#include "moe/lists.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace ferry::moe {
namespace {

TEST(Lists, KeepTheOrderOfItemsWithinAList) {
  const std::vector<std::pair<std::int32_t, char>> items = {
      {2, 'a'}, {0, 'b'}, {2, 'c'}, {0, 'd'}, {3, 'e'}};
  std::vector<std::int32_t> offsets = {0, 2, 0, 2, 1};
  std::vector<char> lists(5);
  FillLists(
      items, offsets, [](const auto& item) { return item.first; },
      [&](const auto& item, std::size_t at) { lists[at] = item.second; });
  EXPECT_EQ(offsets, (std::vector<std::int32_t>{0, 2, 2, 4, 5}));
  EXPECT_EQ(lists, (std::vector<char>{'b', 'd', 'a', 'c', 'e'}));
}

TEST(Lists, MayAllBeEmpty) {
  std::vector<std::int32_t> offsets(NumOffsets(3), 0);
  FillLists(
      std::vector<std::int32_t>{}, offsets, [](std::int32_t item) { return item; },
      [](std::int32_t /*item*/, std::size_t /*at*/) { FAIL(); });
  EXPECT_EQ(offsets, (std::vector<std::int32_t>{0, 0, 0, 0}));
}

}  // namespace
}  // namespace ferry::moe
