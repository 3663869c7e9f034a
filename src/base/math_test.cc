#include "base/math.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace ferry {
namespace {

constexpr auto kMaxU64 = std::numeric_limits<std::uint64_t>::max();
constexpr auto kMaxI64 = std::numeric_limits<std::int64_t>::max();
constexpr auto kMinI64 = std::numeric_limits<std::int64_t>::min();

TEST(AlignUp, RoundsToTheNextMultiple) {
  EXPECT_EQ(AlignUp(0, 512), 0);
  EXPECT_EQ(AlignUp(1, 512), 512);
  EXPECT_EQ(AlignUp(512, 512), 512);
  EXPECT_EQ(AlignUp<std::uint64_t>(513, 512), 1024U);
}

TEST(CeilDiv, CountsAStartedUnit) {
  EXPECT_EQ(CeilDiv(0, 8), 0);
  EXPECT_EQ(CeilDiv(1, 8), 1);
  EXPECT_EQ(CeilDiv(8, 8), 1);
  EXPECT_EQ(CeilDiv(kMaxI64, std::int64_t{2}), kMaxI64 / 2 + 1);
}

TEST(SaturatingMultiply, IsExactWhereTheProductFits) {
  EXPECT_EQ(SaturatingMultiply<std::uint64_t>(1U << 31, 1U << 31), std::uint64_t{1} << 62);
  EXPECT_EQ(SaturatingMultiply<std::int64_t>(-3, 5), -15);
}

TEST(SaturatingMultiply, StopsAtTheEndsOfTheType) {
  EXPECT_EQ(SaturatingMultiply(kMaxU64, std::uint64_t{2}), kMaxU64);
  EXPECT_EQ(SaturatingMultiply(kMaxI64, std::int64_t{2}), kMaxI64);
  EXPECT_EQ(SaturatingMultiply(kMaxI64, std::int64_t{-2}), kMinI64);
  EXPECT_EQ(SaturatingMultiply(kMinI64, std::int64_t{-1}), kMaxI64);
}

TEST(SaturatingAdd, StopsAtTheEndsOfTheType) {
  EXPECT_EQ(SaturatingAdd(kMaxU64 - 1, std::uint64_t{1}), kMaxU64);
  EXPECT_EQ(SaturatingAdd(kMaxU64, std::uint64_t{1}), kMaxU64);
  EXPECT_EQ(SaturatingAdd(kMaxI64, std::int64_t{1}), kMaxI64);
  EXPECT_EQ(SaturatingAdd(kMinI64, std::int64_t{-1}), kMinI64);
}

}  // namespace
}  // namespace ferry
