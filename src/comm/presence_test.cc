#include "comm/presence.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>

#include "base/error.h"
#include "comm/process.h"

namespace ferry::comm {
namespace {

class Presence : public ::testing::Test {
 protected:
  Presence() {
    for (std::int32_t r = 0; r < 4; ++r) Attach(*board_, r);
  }

  const std::shared_ptr<Board> board_ = Board::Create("g", 4);
};

TEST_F(Presence, ARankCanBeTakenOnce) {
  EXPECT_THROW(Attach(*board_, 2), Error);
  EXPECT_THROW(Attach(*board_, 4), Error);
  EXPECT_THROW(Attach(*board_, -1), Error);
  EXPECT_EQ(board_->CountLocalRanks(), 4);
}

TEST(Locality, IsNotReadFromTheBoard) {
  const auto board = Board::Create("g", 2);
  Attach(*board, 0);
  board->rank(1).pid.store(getpid());  // a peer claims to be one of us
  EXPECT_TRUE(IsLocal(*board, 0));
  EXPECT_FALSE(IsLocal(*board, 1));
  EXPECT_EQ(board->CountLocalRanks(), 1);
}

TEST_F(Presence, NobodyIsGoneAtFirst) {
  EXPECT_FALSE(WhyGone(*board_, 1));
}

TEST_F(Presence, ADestroyedRankIsGoneForLaterCallsOnly) {
  MarkDestroyed(*board_, 1, 5);
  EXPECT_FALSE(WhyGone(*board_, 5));
  EXPECT_EQ(WhyGone(*board_, 6), "rank(s) 1 destroyed the communicator");
}

TEST_F(Presence, ATerminatedRankIsGoneForEveryCall) {
  MarkTerminated(*board_, 3);
  EXPECT_EQ(WhyGone(*board_, 1), "rank(s) 3 terminated");
  MarkDestroyed(*board_, 0, 2);
  EXPECT_EQ(WhyGone(*board_, 3), "rank(s) 3 terminated, rank(s) 0 destroyed the communicator");
}

TEST_F(Presence, TerminationOutweighsDestructionAndNotTheReverse) {
  MarkDestroyed(*board_, 1, 5);
  MarkTerminated(*board_, 1);
  EXPECT_EQ(WhyGone(*board_, 4), "rank(s) 1 terminated");
  MarkDestroyed(*board_, 1, 9);
  EXPECT_EQ(ReadLife(*board_, 1).life, Life::kTerminated);
}

TEST_F(Presence, MissingAreThoseThatHaveNotArrived) {
  board_->rank(1).arrived.store(3);
  board_->rank(2).arrived.store(4);
  EXPECT_EQ(MissingAtMeeting(*board_, 4), (Ranks{0, 1, 3}));
  board_->rank(0).released.store(4);
  EXPECT_EQ(MissingAtRelease(*board_, 4), (Ranks{1, 2, 3}));
}

TEST(RankList, NamesEachOfUpToSixteen) {
  EXPECT_EQ(RankList({3, 5}), "rank(s) 3, 5");
  EXPECT_EQ(RankList({0, 1, 2}), "rank(s) 0, 1, 2");
}

TEST(RankList, NamesMoreAsRanges) {
  Ranks many;
  for (std::int32_t r = 0; r < 23; ++r) many.push_back(r);
  EXPECT_EQ(RankList(many), "rank(s) 0-22 (23 ranks)");
  many.push_back(30);
  EXPECT_EQ(RankList(many), "rank(s) 0-22, 30 (24 ranks)");
}

TEST(RankList, IsCutAfterSixteenRanges) {
  Ranks even;
  for (std::int32_t r = 0; r < 17; ++r) even.push_back(2 * r);
  EXPECT_EQ(RankList(even),
            "rank(s) 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, ... (17 ranks)");
}

TEST(Process, OwnStartTimeIsKnownAndFixed) {
  const auto start = ProcessStartTime(getpid());
  ASSERT_TRUE(start);
  EXPECT_GT(*start, 0U);
  EXPECT_EQ(ProcessStartTime(getpid()), start);
  EXPECT_FALSE(IsStopped(getpid()));
}

TEST(Process, AnUnknownProcessHasNoStartTime) {
  constexpr pid_t kNobody = 0x7ffffff0;  // beyond the largest pid of Linux
  EXPECT_FALSE(ProcessStartTime(kNobody));
  EXPECT_FALSE(IsStopped(kNobody));
}

}  // namespace
}  // namespace ferry::comm
