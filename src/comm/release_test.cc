#include "comm/release.h"

#include <gtest/gtest.h>

#include <memory>

namespace ferry::comm {
namespace {

class Release : public ::testing::Test {
 protected:
  const std::shared_ptr<Board> board_ = Board::Create("g", 3);
};

TEST_F(Release, NamesRanksOfTheBoardWhateverAPeerHasWritten) {
  board_->slot(1).release.store(0x1'ffff'ffffU);
  const ReleaseView view = ReadRelease(*board_, 1);
  EXPECT_EQ(view.by, 2);
  EXPECT_EQ(view.count, 3);
}

TEST_F(Release, StandsWhenAllHaveArrived) {
  EXPECT_FALSE(ArriveAtRelease(*board_, 0, 1, "").Stands(3));
  EXPECT_FALSE(ArriveAtRelease(*board_, 2, 1, "").Stands(3));
  const ReleaseView last = ArriveAtRelease(*board_, 1, 1, "");
  EXPECT_TRUE(last.Stands(3));
  EXPECT_FALSE(last.failed);
}

TEST_F(Release, KeepsTheFailureOfTheLowestRank) {
  ArriveAtRelease(*board_, 2, 1, "two");
  EXPECT_EQ(ArriveAtRelease(*board_, 1, 1, "one").by, 1);
  const ReleaseView last = ArriveAtRelease(*board_, 0, 1, "");
  EXPECT_TRUE(last.failed);
  EXPECT_EQ(last.by, 1);
  EXPECT_EQ(board_->release_text(1, 1).Read(1), "one");
}

TEST_F(Release, ClosingEndsItWithoutTheMissing) {
  ArriveAtRelease(*board_, 0, 1, "");
  const ReleaseView closed = CloseRelease(*board_, 0, 1, "rank(s) 1, 2 terminated");
  EXPECT_TRUE(closed.Stands(3));
  EXPECT_TRUE(closed.failed);
  EXPECT_EQ(closed.by, 0);
}

TEST_F(Release, AClosedVerdictNeverChanges) {
  ArriveAtRelease(*board_, 2, 1, "");
  CloseRelease(*board_, 2, 1, "rank(s) 0, 1 did not finish");
  const ReleaseView late = ArriveAtRelease(*board_, 0, 1, "late and failed");
  EXPECT_TRUE(late.failed);
  EXPECT_EQ(late.by, 2);
  EXPECT_EQ(board_->release_text(2, 1).Read(1), "rank(s) 0, 1 did not finish");
}

TEST_F(Release, ClosingKeepsAnEarlierFailure) {
  ArriveAtRelease(*board_, 0, 1, "");
  ArriveAtRelease(*board_, 1, 1, "rank 1 failed");
  const ReleaseView closed = CloseRelease(*board_, 0, 1, "rank(s) 2 terminated");
  EXPECT_EQ(closed.by, 1);
  EXPECT_FALSE(board_->release_text(0, 1).Read(1));
}

TEST_F(Release, ClosingACompleteReleaseHasNoEffect) {
  for (std::int32_t r = 0; r < 3; ++r) ArriveAtRelease(*board_, r, 1, "");
  const ReleaseView view = CloseRelease(*board_, 0, 1, "too late");
  EXPECT_FALSE(view.closed);
  EXPECT_FALSE(view.failed);
}

TEST_F(Release, ARankThatComes64CallsLateHasPassed) {
  ArriveAtRelease(*board_, 0, 67, "");
  EXPECT_TRUE(ReadRelease(*board_, 3).passed);
  EXPECT_TRUE(ArriveAtRelease(*board_, 1, 3, "").passed);
  EXPECT_EQ(ReadRelease(*board_, 67).count, 1);
}

}  // namespace
}  // namespace ferry::comm
