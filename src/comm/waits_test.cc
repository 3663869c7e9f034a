#include "comm/waits.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"

namespace ferry::comm {
namespace {

constexpr std::uint64_t Word(Phase phase, std::uint64_t number) {
  return (static_cast<std::uint64_t>(phase) << 56) | number;
}

// `rank` waits in the meeting of call `number`, and has arrived there.
void WaitInMeeting(Board& board, std::int32_t rank, std::uint64_t number) {
  RankState& state = board.rank(rank);
  state.arrived.store(number);
  state.activity_since.store(Clock::now().time_since_epoch().count());
  state.activity.store(Word(Phase::kMeeting, number));
}

// A group whose rank i is on devices[i] of this process.
std::shared_ptr<Board> Group(const char* name, const std::vector<std::int32_t>& devices) {
  auto board = Board::Create(name, static_cast<std::int32_t>(devices.size()));
  for (std::size_t i = 0; i < devices.size(); ++i)
    Attach(*board, static_cast<std::int32_t>(i), devices[i]);
  return board;
}

TEST(Waits, RanksThatWaitInOneCallAreOneWait) {
  const auto ep = Group("ep", {0, 1, 2, 3});
  WaitInMeeting(*ep, 0, 7);
  WaitInMeeting(*ep, 2, 7);
  const auto waits = FindWaits({ep});
  ASSERT_EQ(waits.size(), 1U);
  EXPECT_EQ(waits[0].number, 7U);
  EXPECT_EQ(waits[0].waiting, (Ranks{0, 2}));
  EXPECT_EQ(waits[0].missing, (Ranks{1, 3}));
  EXPECT_TRUE(FindWaits({ep}, std::chrono::hours(1)).empty());
}

TEST(Waits, AMeetingThatEverybodyHasReachedIsNoWait) {
  const auto ep = Group("ep", {0, 1});
  WaitInMeeting(*ep, 0, 1);
  WaitInMeeting(*ep, 1, 1);
  EXPECT_TRUE(FindWaits({ep}).empty());
}

TEST(Waits, TwoGroupsThatWaitForEachOtherAreNamedAsACycle) {
  const auto ep = Group("ep", {0, 1, 2, 3, 4, 5});
  const auto tp = Group("tp", {0, 1, 2, 3, 4, 5});
  for (std::int32_t r = 0; r < 6; ++r)
    if (r != 3) WaitInMeeting(*ep, r, 42);
  for (std::int32_t r = 0; r < 5; ++r) tp->rank(r).arrived.store(17);
  WaitInMeeting(*tp, 3, 17);
  EXPECT_EQ(FindCycle(FindWaits({ep, tp})),
            "rank 3 waits in tp#17 for 5; rank 5 waits in ep#42 for 3");
}

TEST(Waits, DevicesAreNamedWhereRankNumbersDiffer) {
  const auto ep = Group("ep", {4, 6});
  const auto tp = Group("tp", {6, 4});
  WaitInMeeting(*ep, 0, 1);
  WaitInMeeting(*tp, 0, 2);
  const std::string self = std::to_string(getpid());
  EXPECT_EQ(FindCycle(FindWaits({ep, tp})),
            "rank 0 (device 6 of process " + self + ") waits in tp#2 for 1 (device 4 of process " +
                self + "); rank 0 (device 4 of process " + self +
                ") waits in ep#1 for 1 (device 6 of process " + self + ")");
}

TEST(Waits, OfSeveralCyclesAShortOneIsNamed) {
  const auto a = Group("a", {0, 1});
  const auto b = Group("b", {1, 2});
  const auto c = Group("c", {2, 0});
  const auto d = Group("d", {1, 0});
  WaitInMeeting(*a, 0, 1);  // device 0 for 1
  WaitInMeeting(*b, 0, 1);  // device 1 for 2
  WaitInMeeting(*c, 0, 1);  // device 2 for 0
  WaitInMeeting(*d, 0, 9);  // device 1 for 0
  const auto cycle = FindCycle(FindWaits({a, b, c, d}));
  ASSERT_TRUE(cycle.has_value());
  EXPECT_NE(cycle->find("d#9"), std::string::npos) << *cycle;
  EXPECT_EQ(cycle->find("b#1"), std::string::npos) << *cycle;
}

TEST(Waits, AChainWithoutAnEndThatWaitsIsNoCycle) {
  const auto ep = Group("ep", {0, 1});
  const auto tp = Group("tp", {1, 2});
  WaitInMeeting(*ep, 0, 1);
  WaitInMeeting(*tp, 0, 1);
  EXPECT_EQ(FindCycle(FindWaits({ep, tp})), std::nullopt);
}

}  // namespace
}  // namespace ferry::comm
