#include "moe/active_mask.h"

#include <gtest/gtest.h>

#include <vector>

namespace ferry::moe {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Ints = std::vector<std::int32_t>;

Ints TokensOf(const ActivePairs& active) {
  return {active.tokens().begin(), active.tokens().end()};
}

TEST(ActiveMask, NoMaskLeavesEverythingActive) {
  ActivePairs active;
  active.Read({}, 3, 2);
  EXPECT_EQ(TokensOf(active), (Ints{0, 1, 2}));
  EXPECT_TRUE(active.HasSlot(2, 1));
}

TEST(ActiveMask, OfAMaskPerTokenOnlyTheNumberOfTruesCounts) {
  ActivePairs active;
  for (const Bytes& flags : {Bytes{1, 1, 0}, Bytes{1, 0, 1}, Bytes{0, 1, 1}}) {
    active.Read(ActiveMask::PerToken({flags.data(), 3, 1}), 3, 2);
    EXPECT_EQ(TokensOf(active), (Ints{0, 1}));
    EXPECT_TRUE(active.HasSlot(1, 1));
  }
}

TEST(ActiveMask, AnyByteButZeroIsTrue) {
  ActivePairs active;
  const Bytes flags = {2, 0x80, 0xFF, 0};
  active.Read(ActiveMask::PerToken({flags.data(), 4, 1}), 4, 1);
  EXPECT_EQ(TokensOf(active), (Ints{0, 1, 2}));
  active.Read(ActiveMask::PerPair({flags.data(), 2, 2, 2, 1}), 2, 2);
  EXPECT_TRUE(active.HasSlot(0, 0));
  EXPECT_TRUE(active.HasSlot(1, 0));
  EXPECT_FALSE(active.HasSlot(1, 1));
}

TEST(ActiveMask, AMaskPerPairKeepsTokensWithAnyTrue) {
  ActivePairs active;
  const Bytes flags = {0, 1, 0, 0, 1, 1};
  active.Read(ActiveMask::PerPair({flags.data(), 3, 2, 2, 1}), 3, 2);
  EXPECT_EQ(TokensOf(active), (Ints{0, 2}));
  EXPECT_FALSE(active.HasSlot(0, 0));
  EXPECT_TRUE(active.HasSlot(0, 1));
  EXPECT_TRUE(active.HasSlot(0, 2)) << "the slot of a shared expert";
}

TEST(ActiveMask, AllFalseLeavesNothing) {
  ActivePairs active;
  const Bytes flags(4, 0);
  active.Read(ActiveMask::PerToken({flags.data(), 4, 1}), 4, 1);
  EXPECT_TRUE(active.tokens().empty());
  active.Read(ActiveMask::PerPair({flags.data(), 2, 2, 2, 1}), 2, 2);
  EXPECT_TRUE(active.tokens().empty());
}

TEST(ActiveMask, HonoursStrides) {
  ActivePairs active;
  const Bytes flags = {/*k 0*/ 1, 9, 0, 9,
                       /*k 1*/ 0, 9, 1, 9};  // transposed, every second byte
  active.Read(ActiveMask::PerPair({flags.data(), 2, 2, 2, 4}), 2, 2);
  EXPECT_TRUE(active.HasSlot(0, 0));
  EXPECT_FALSE(active.HasSlot(0, 1));
  EXPECT_FALSE(active.HasSlot(1, 0));
  EXPECT_TRUE(active.HasSlot(1, 1));
  active.Read(ActiveMask::PerToken({flags.data() + 6, 4, -2}), 4, 1);  // 1, 0, 0, 1
  EXPECT_EQ(TokensOf(active), (Ints{0, 1}));
}

}  // namespace
}  // namespace ferry::moe
