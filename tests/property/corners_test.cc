// The corners of the legal domain of product A3, on the instruction set that FERRY_ISA names: every
// output of every rank equals the oracle's, bit for bit, and nothing else is written.
#include "corners.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "instruction_set.h"
#include "round_trip.h"
#include "support/world.h"

namespace ferry::support {
namespace {

// Sizes come from the corner, all else from its place in the list.
RandomCase CaseOf(std::size_t place) {
  constexpr std::uint64_t kFirstSeed = 1'000'000;
  const Corner& corner = Corners()[place];
  return MakeRandomCase(
      kFirstSeed + place, [&](Random&) { return corner.config; }, corner.wishes);
}

bool AnyHasMask(const RandomCase& test, bool is_2d) {
  return std::any_of(test.senders.begin(), test.senders.end(), [=](const auto& sender) {
    return !sender.mask.empty() && sender.mask_is_2d == is_2d;
  });
}

void ExpectWhatWasWishedFor(const RandomCase& test, const Wishes& wishes) {
  const auto& senders = test.senders;
  const auto has_all = [&](const auto& sender) {
    return sender.num_tokens == test.config.max_batch();
  };
  if (wishes.equal_batches) {
    EXPECT_EQ(std::all_of(senders.begin(), senders.end(), has_all), *wishes.equal_batches);
  }
  if (wishes.masks) {
    EXPECT_TRUE(AnyHasMask(test, true) || AnyHasMask(test, false));
  }
  if (wishes.masks && senders.size() > 64) {
    EXPECT_TRUE(AnyHasMask(test, true) && AnyHasMask(test, false));
  }
  if (wishes.smooth_scales) {
    EXPECT_TRUE(std::any_of(senders.begin(), senders.end(),
                            [](const auto& sender) { return !sender.smooth_scales.empty(); }));
  }
}

class CornerTest : public testing::TestWithParam<std::size_t> {};

TEST_P(CornerTest, EqualsTheOracleBitForBit) {
  if (LacksTheWantedInstructionSet()) GTEST_SKIP() << WhatThisProcessorOffers();
  setenv("HCCL_BUFFSIZE", "1000000", 1);  // room for every case; the check of it has its own tests
  const RandomCase test = CaseOf(GetParam());
  SCOPED_TRACE(test.Describe());
  ExpectWhatWasWishedFor(test, Corners()[GetParam()].wishes);
  const World world(test.config.ep_size, test.config.tp_size);
  ExpectTheOraclesResults(world, test);
}

INSTANTIATE_TEST_SUITE_P(Corners, CornerTest, testing::Range<std::size_t>(0, Corners().size()),
                         [](const auto& place) {
                           return std::string(Corners()[place.param].name);
                         });

}  // namespace
}  // namespace ferry::support
