#include "ops/saturating.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace ferry::ops {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

TEST(Saturating, KeepsWhatFits) {
  EXPECT_EQ(SaturatingAdd(2, 3), 5);
  EXPECT_EQ(SaturatingMul(2, 3, 7), 42);
  EXPECT_EQ(SaturatingMul(-2, 3), -6);
}

TEST(Saturating, StopsAtTheNearerEnd) {
  EXPECT_EQ(SaturatingAdd(kMax, 1), kMax);
  EXPECT_EQ(SaturatingAdd(kMin, -1), kMin);
  EXPECT_EQ(SaturatingMul(kMax, 2), kMax);
  EXPECT_EQ(SaturatingMul(kMax, -2), kMin);
  EXPECT_EQ(SaturatingMul(kMin, kMin), kMax);
  EXPECT_EQ(SaturatingMul(kMax, 2, 0), 0);
}

TEST(Saturating, AlignsUp) {
  EXPECT_EQ(AlignUp(0, 512), 0);
  EXPECT_EQ(AlignUp(1, 512), 512);
  EXPECT_EQ(AlignUp(512, 512), 512);
  EXPECT_EQ(AlignUp(kMax, 512), kMax / 512 * 512);
}

}  // namespace
}  // namespace ferry::ops
