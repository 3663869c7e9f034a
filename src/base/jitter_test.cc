#include "base/jitter.h"

#include <gtest/gtest.h>

#include <vector>

namespace ferry::jitter {
namespace {

constexpr Step kSteps[] = {Step::kEnqueue, Step::kPublish, Step::kMeet,
                           Step::kMove,    Step::kRelease, Step::kTask};

std::vector<Delay> Schedule(std::int64_t seed) {
  std::vector<Delay> delays;
  for (std::uint64_t call = 1; call <= 50; ++call) {
    for (std::int32_t rank = 0; rank < 4; ++rank) {
      for (const Step step : kSteps) delays.push_back(DelayAt(seed, step, {rank, 0}, call));
    }
  }
  return delays;
}

TEST(Jitter, ReplaysFromItsSeed) {
  EXPECT_EQ(Schedule(17), Schedule(17));
}

TEST(Jitter, DiffersBetweenSeeds) {
  EXPECT_NE(Schedule(0), Schedule(1));
  EXPECT_NE(Schedule(1), Schedule(-1));
}

TEST(Jitter, DiffersBetweenTheStreamsOfADevice) {
  std::vector<Delay> first;
  std::vector<Delay> second;
  for (std::uint64_t task = 1; task <= 50; ++task) {
    first.push_back(DelayAt(17, Step::kTask, {0, 1}, task));
    second.push_back(DelayAt(17, Step::kTask, {0, 2}, task));
  }
  EXPECT_NE(first, second);
}

TEST(Jitter, MixesNoDelayYieldsAndSleepsOfAtMostTwoMilliseconds) {
  int none = 0;
  int yields = 0;
  int sleeps = 0;
  for (const Delay& delay : Schedule(3)) {
    EXPECT_LE(delay.yields, 8);
    EXPECT_LE(delay.microseconds, 2048);
    EXPECT_TRUE(delay.yields == 0 || delay.microseconds == 0);
    none += delay == Delay{};
    yields += delay.yields > 0;
    sleeps += delay.microseconds > 0;
  }
  EXPECT_GT(none, 300);
  EXPECT_GT(yields, 200);
  EXPECT_GT(sleeps, 300);
}

}  // namespace
}  // namespace ferry::jitter
