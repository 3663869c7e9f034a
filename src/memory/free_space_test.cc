#include "memory/free_space.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace ferry::memory {
namespace {

TEST(FreeSpace, TakesTheFirstGapThatIsLargeEnough) {
  FreeSpace space(100);
  EXPECT_EQ(space.Take(30), 0U);
  EXPECT_EQ(space.Take(30), 30U);
  EXPECT_EQ(space.Take(30), 60U);
  space.Give(0, 30);
  EXPECT_EQ(space.Take(10), 0U);
  EXPECT_EQ(space.Take(20), 10U);
  EXPECT_EQ(space.Take(11), std::nullopt);
  EXPECT_EQ(space.Take(10), 90U);
  EXPECT_EQ(space.Take(1), std::nullopt);
}

TEST(FreeSpace, JoinsNeighboursInAnyOrder) {
  for (const auto& order : {std::vector<std::size_t>{0, 1, 2}, {2, 1, 0}, {0, 2, 1}, {1, 0, 2}}) {
    FreeSpace space(30);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(space.Take(10).has_value());
    for (const std::size_t i : order) {
      EXPECT_FALSE(space.all_free());
      space.Give(i * 10, 10);
    }
    EXPECT_TRUE(space.all_free());
    EXPECT_EQ(space.Take(30), 0U);
  }
}

TEST(FreeSpace, NeverHandsOutAByteTwice) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  constexpr std::size_t kSize = 1000;
  FreeSpace space(kSize);
  std::vector<bool> used(kSize, false);
  std::vector<std::pair<std::size_t, std::size_t>> taken;
  const auto give = [&](std::size_t index) {
    const auto [offset, bytes] = taken[index];
    space.Give(offset, bytes);
    for (std::size_t b = offset; b < offset + bytes; ++b) used[b] = false;
    taken.erase(taken.begin() + static_cast<std::ptrdiff_t>(index));
  };
  for (int step = 0; step < 5000; ++step) {
    const std::size_t bytes = 1 + random() % 60;
    const auto offset = random() % 3 != 0 ? space.Take(bytes) : std::nullopt;
    if (offset) {
      ASSERT_LE(*offset + bytes, kSize);
      for (std::size_t b = *offset; b < *offset + bytes; ++b) {
        ASSERT_FALSE(used[b]);
        used[b] = true;
      }
      taken.emplace_back(*offset, bytes);
    } else if (!taken.empty()) {
      give(random() % taken.size());
    }
  }
  while (!taken.empty()) give(0);
  EXPECT_TRUE(space.all_free());
}

}  // namespace
}  // namespace ferry::memory
