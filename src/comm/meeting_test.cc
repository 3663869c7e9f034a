#include "comm/meeting.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "comm/ring_number.h"

namespace ferry::comm {
namespace {

TEST(RingNumber, FollowsTheWrapOf32Bits) {
  EXPECT_EQ(Distance(5, 7), 2);
  EXPECT_EQ(Distance(7, 5), -2);
  EXPECT_EQ(Distance(0xffffffff, std::uint64_t{1} << 32), 1);
  EXPECT_EQ(Distance(1, (std::uint64_t{1} << 32) - 1), -2);
}

class Meeting : public ::testing::Test {
 protected:
  const std::shared_ptr<Board> board_ = Board::Create("g", 3);
};

TEST_F(Meeting, StaysOpenUntilTheLastArrives) {
  EXPECT_EQ(Arrive(*board_, 2, 1).arrived, 1);
  EXPECT_EQ(Arrive(*board_, 0, 1).arrived, 2);
  const MeetingView last = Arrive(*board_, 1, 1);
  EXPECT_EQ(last.verdict, Verdict::kOpen);
  EXPECT_EQ(last.arrived, 3);
  EXPECT_EQ(last.by, 1);
  EXPECT_EQ(Decide(*board_, 1, 1, "").verdict, Verdict::kGo);
  EXPECT_EQ(ReadMeeting(*board_, 1).verdict, Verdict::kGo);
}

TEST_F(Meeting, NamesRanksOfTheBoardWhateverAPeerHasWritten) {
  board_->slot(1).meet.store(0x1'ffff'ffffU);
  const MeetingView view = ReadMeeting(*board_, 1);
  EXPECT_EQ(view.by, 2);
  EXPECT_EQ(view.arrived, 3);
}

TEST_F(Meeting, HasOneVerdict) {
  Arrive(*board_, 0, 1);
  EXPECT_EQ(FailMeeting(*board_, 0, 1, "first", When::kSomebodyIsMissing).verdict,
            Verdict::kFailed);
  const MeetingView second = FailMeeting(*board_, 2, 1, "second", When::kSomebodyIsMissing);
  EXPECT_EQ(second.verdict, Verdict::kFailed);
  EXPECT_EQ(second.by, 0);
  EXPECT_EQ(board_->meet_text(0, 1).Read(1), "first");
  EXPECT_FALSE(board_->meet_text(2, 1).Read(1));
}

TEST_F(Meeting, ALateRankFindsTheFailureAndIsNotCounted) {
  FailMeeting(*board_, 1, 1, "rank 1 dropped call 1", When::kSomebodyIsMissing);
  const MeetingView late = Arrive(*board_, 0, 1);
  EXPECT_EQ(late.verdict, Verdict::kFailed);
  EXPECT_EQ(late.by, 1);
  EXPECT_EQ(late.arrived, 0);
}

TEST_F(Meeting, OnlyTheDeciderDecidesOnceAllHaveArrived) {
  for (std::int32_t r = 0; r < 3; ++r) Arrive(*board_, r, 1);
  const MeetingView refused = FailMeeting(*board_, 0, 1, "timeout", When::kSomebodyIsMissing);
  EXPECT_EQ(refused.verdict, Verdict::kOpen);
  EXPECT_FALSE(board_->meet_text(0, 1).Read(1));
  EXPECT_EQ(Decide(*board_, 2, 1, "rank 0 token 1 k 2: bad").verdict, Verdict::kFailed);
  EXPECT_EQ(board_->meet_text(2, 1).Read(1), "rank 0 token 1 k 2: bad");
}

TEST_F(Meeting, TheDecisionOfAForcedMeetingIsTheForcedOne) {
  for (std::int32_t r = 0; r < 3; ++r) Arrive(*board_, r, 1);
  FailMeeting(*board_, 0, 1, "rank 2 stopped while it decided", When::kStillOpen);
  const MeetingView late = Decide(*board_, 2, 1, "");
  EXPECT_EQ(late.verdict, Verdict::kFailed);
  EXPECT_EQ(late.by, 0);
}

TEST_F(Meeting, ASlotIsTakenOverByTheCall64Later) {
  Arrive(*board_, 0, 3);
  EXPECT_EQ(ReadMeeting(*board_, 67).verdict, Verdict::kOpen);
  EXPECT_EQ(ReadMeeting(*board_, 67).arrived, 0);
  EXPECT_EQ(Arrive(*board_, 1, 67).arrived, 1);
  EXPECT_EQ(ReadMeeting(*board_, 3).verdict, Verdict::kPassed);
  EXPECT_EQ(Arrive(*board_, 2, 3).verdict, Verdict::kPassed);
  EXPECT_EQ(FailMeeting(*board_, 2, 3, "late", When::kStillOpen).verdict, Verdict::kPassed);
  EXPECT_EQ(ReadMeeting(*board_, 67).arrived, 1);
}

TEST_F(Meeting, WakesItsSleepersWithEveryVerdict) {
  const std::uint32_t before = board_->slot(1).meet_wake.load();
  Arrive(*board_, 0, 1);
  EXPECT_EQ(board_->slot(1).meet_wake.load(), before);
  FailMeeting(*board_, 0, 1, "x", When::kSomebodyIsMissing);
  EXPECT_EQ(board_->slot(1).meet_wake.load(), before + 1);
}

}  // namespace
}  // namespace ferry::comm
