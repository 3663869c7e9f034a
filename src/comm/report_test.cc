#include "comm/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "comm/call.h"
#include "comm/member.h"
#include "comm/refusal.h"
#include "comm/state_report.h"
#include "comm/wait_report.h"

namespace ferry::comm {
namespace {

// Never asked for memory.
class NoScratch : public ScratchSource {
 public:
  std::byte* Allocate(std::size_t, std::int32_t) override { return nullptr; }
  void Free(std::byte*) noexcept override {}
  void Commit(const void*, std::size_t) override {}
  [[nodiscard]] std::optional<std::uint64_t> OffsetOf(const void*, std::size_t) const override {
    return std::nullopt;
  }
  [[nodiscard]] const std::byte* PeerAddress(const Board&, std::int32_t, std::uint64_t,
                                             std::uint64_t) const override {
    return nullptr;
  }
};

class Report : public ::testing::Test {
 protected:
  Report() {
    context_.operator_name = "dispatch";
    context_.abort = &abort_;
    for (std::int32_t r = 0; r < 2; ++r) {
      MemberOptions options;
      options.watchdog = std::chrono::seconds(10);
      options.scratch = std::make_shared<NoScratch>();
      members_.push_back(std::make_shared<Member>(board_, r, r, options));
    }
  }

  // The side of `rank` in call `number`.
  CallSide Side(std::size_t rank, std::uint64_t number) {
    return {members_[rank].get(), number, &context_};
  }

  const std::shared_ptr<Board> board_ = Board::Create("ep0", 3);
  std::vector<std::shared_ptr<Member>> members_;  // ranks 0 and 1; rank 2 never joins
  const AbortFlag abort_;
  CallContext context_;
};

TEST_F(Report, DescribesEveryPhase) {
  EXPECT_EQ(DescribeRank(*board_, 2), "rank 2 has not joined the group");
  EXPECT_EQ(DescribeRank(*board_, 1), "rank 1 has not started any call");
  NoteOperator(Side(1, 4));
  SetPhase(Side(1, 4), Phase::kWorking);
  EXPECT_EQ(DescribeRank(*board_, 1), "rank 1 prepares call 4 (dispatch, for 0 s)");
  SetPhase(Side(1, 4), Phase::kMeeting);
  EXPECT_EQ(DescribeRank(*board_, 1), "rank 1 waits for its peers in call 4 (dispatch, for 0 s)");
  SetPhase(Side(1, 4), Phase::kMoving);
  EXPECT_EQ(DescribeRank(*board_, 1), "rank 1 moves rows of call 4 (dispatch, for 0 s)");
  SetPhase(Side(1, 4), Phase::kReleasing);
  EXPECT_EQ(DescribeRank(*board_, 1),
            "rank 1 waits in call 4 until its rows have been read (dispatch, for 0 s)");
  SetPhase(Side(1, 4), Phase::kIdle);
  EXPECT_EQ(DescribeRank(*board_, 1),
            "rank 1 has finished call 4 and not started call 5 (dispatch ended 0 s ago)");
  members_[1]->Destroy();
  EXPECT_EQ(DescribeRank(*board_, 1),
            "rank 1 has finished call 4 and not started call 5 (dispatch ended 0 s ago) (destroyed "
            "after call 0)");
  MarkTerminated(*board_, 1);
  EXPECT_EQ(DescribeRank(*board_, 1), "rank 1 terminated");
}

TEST_F(Report, WritesTimesAsPeopleDo) {
  EXPECT_EQ(Seconds(std::chrono::seconds(1836)), "1836");
  EXPECT_EQ(Seconds(std::chrono::milliseconds(50)), "0.05");
}

TEST_F(Report, ATimeoutNamesTheMissingAndWhomTheyWaitFor) {
  SetPhase(Side(1, 4), Phase::kMeeting);
  EXPECT_EQ(TimeoutCause(*board_, {1, 2}, std::chrono::seconds(30)),
            "rank(s) 1, 2 did not arrive within 30 s");
  board_->rank(1).doing.Write(4, "waits in call 9 for rank(s) 1 on group \"tp0\"");
  EXPECT_EQ(
      TimeoutCause(*board_, {1, 2}, std::chrono::seconds(30)),
      "rank(s) 1, 2 did not arrive within 30 s; rank 1 waits in call 9 for rank(s) 1 on group "
      "\"tp0\"");
}

TEST_F(Report, ATimeoutSaysWhoHasLeftOutACallAndWhatToDo) {
  const std::string advice =
      "; every rank must launch every call, also without tokens, on a stream that gets to it";
  EXPECT_EQ(TimeoutCause(*board_, {1, 2}, std::chrono::seconds(30)),
            "rank(s) 1, 2 did not arrive within 30 s; rank 1 has not started any call" + advice);
  EXPECT_EQ(
      TimeoutCause(*board_, {0, 1}, std::chrono::seconds(30)),
      "rank(s) 0, 1 did not arrive within 30 s; rank(s) 0, 1 have not started any call" + advice);
  SetPhase(Side(1, 4), Phase::kIdle);
  EXPECT_EQ(TimeoutCause(*board_, {0, 1}, std::chrono::seconds(30)),
            "rank(s) 0, 1 did not arrive within 30 s; rank 0 has not started any call; rank 1 has "
            "finished call 4 and not started call 5" +
                advice);
}

TEST_F(Report, TheRefusalOfARanksLastCallIsPartOfTheBlame) {
  NoteRefusal(1, "dispatch: K is 17 [dispatch-A3-30]");
  EXPECT_EQ(DescribeRank(*board_, 1),
            "rank 1 has not started any call (its last call was refused 0 s ago: dispatch: K is 17 "
            "[dispatch-A3-30])");
  EXPECT_EQ(DescribeRank(*board_, 0), "rank 0 has not started any call");
  EXPECT_EQ(TimeoutCause(*board_, {1, 2}, std::chrono::seconds(30)),
            "rank(s) 1, 2 did not arrive within 30 s; the last call of rank 1 was refused: "
            "dispatch: K is 17 [dispatch-A3-30]");
  ASSERT_TRUE(ReadRefusal(*board_, 1).has_value());
  EXPECT_EQ(ReadRefusal(*board_, 1)->message, "dispatch: K is 17 [dispatch-A3-30]");
}

TEST_F(Report, ACallThatWasDroppedIsNotQueuedAnyMore) {
  const auto call =
      TakeNumbers("dispatch", members_[1], nullptr, [](const std::shared_ptr<Call>&) {});
  DropCall(*call, "its stream was aborted");
  EXPECT_EQ(DescribeRank(*board_, 1), "rank 1 has not started any call");
}

// Whether it has run or still waits on its stream.
TEST_F(Report, ARefusalIsForgottenWhenTheRanksNextCallIsAccepted) {
  NoteRefusal(1, "dispatch: K is 17 [dispatch-A3-30]");
  const auto call =
      TakeNumbers("dispatch", members_[1], nullptr, [](const std::shared_ptr<Call>&) {});
  EXPECT_FALSE(ReadRefusal(*board_, 1).has_value());
  EXPECT_EQ(DescribeRank(*board_, 1), "rank 1 has queued call 1, to which its stream has not got");
  EXPECT_EQ(TimeoutCause(*board_, {1}, std::chrono::seconds(30)),
            "rank(s) 1 did not arrive within 30 s; rank 1 has queued call 1, to which its stream "
            "has not got");
  EXPECT_NE(DescribeState().find("  rank 1: has queued call 1, to which its stream has not got\n"),
            std::string::npos);
}

TEST_F(Report, TheStateTellsWhatEveryRankDoesAndDid) {
  for (const std::size_t r : {0U, 1U}) {
    NoteOperator(Side(r, 4));
    SetPhase(Side(r, 4), Phase::kMeeting);
    board_->rank(static_cast<std::int32_t>(r)).arrived.store(4);
  }
  NoteRefusal(0, "dispatch: K is 17 [dispatch-A3-30]");
  const std::string state = DescribeState();
  for (const char* part :
       {" has 2 rank(s) in 1 group(s)\n", "group \"ep0\" of 3 rank(s)\n",
        "  ranks 0-1: dispatch call 4 has waited 0 s for rank(s) 2\n", "  rank 2: not joined\n",
        "  rank 0 was last refused 0 s ago: dispatch: K is 17 [dispatch-A3-30]\n"}) {
    EXPECT_NE(state.find(part), std::string::npos) << part << "in\n" << state;
  }
  SetPhase(Side(1, 4), Phase::kIdle);
  EXPECT_NE(DescribeState().find("  rank 1: dispatch call 4 ended 0 s ago\n"), std::string::npos)
      << DescribeState();
}

// As if the rank had entered its phase `ago`.
void Since(Board& board, std::int32_t rank, std::chrono::seconds ago) {
  board.rank(rank).activity_since.store((Clock::now() - ago).time_since_epoch().count());
}

TEST_F(Report, RanksThatDoTheSameShareALineWithTheRangeOfTheirTimes) {
  for (const std::size_t r : {0U, 1U}) {
    NoteOperator(Side(r, 4));
    SetPhase(Side(r, 4), Phase::kWorking);
  }
  Since(*board_, 0, std::chrono::seconds(100));
  Since(*board_, 1, std::chrono::seconds(300));
  EXPECT_NE(DescribeState().find("\n  ranks 0-1: dispatch call 4 has prepared for 100-300 s\n"),
            std::string::npos)
      << DescribeState();
  Since(*board_, 1, std::chrono::seconds(100));
  EXPECT_NE(DescribeState().find("\n  ranks 0-1: dispatch call 4 has prepared for 100 s\n"),
            std::string::npos)
      << DescribeState();
}

TEST_F(Report, OfAllRanksThatWaitOneSpeaks) {
  context_.sides = {Side(0, 4)};
  const CallSide other = Side(1, 4);
  for (const std::size_t r : {0U, 1U}) {
    SetPhase(Side(r, 4), Phase::kMeeting);
    board_->rank(static_cast<std::int32_t>(r)).arrived.store(4);
    board_->rank(static_cast<std::int32_t>(r)).activity_since.store(0);  // for long
  }
  ::testing::internal::CaptureStderr();
  const auto start = Clock::now() - std::chrono::seconds(12);
  WaitReport(context_.sides[0], Phase::kMeeting, start).Look();
  WaitReport(other, Phase::kMeeting, start).Look();
  const std::string lines = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1) << lines;
  EXPECT_NE(lines.find("rank 0 has waited 12 s for rank(s) 2 (limit 1836 s): rank 2 has not joined "
                       "the group; 1 more rank(s) here wait\n"),
            std::string::npos)
      << lines;
}

TEST_F(Report, ShowsTheStackOfEachCallerAndEqualStacksOnce) {
  for (const std::size_t r : {0U, 1U}) {
    SetPhase(Side(r, 4), Phase::kMeeting);
    board_->rank(static_cast<std::int32_t>(r)).arrived.store(4);
    members_[r]->SetStack(std::make_shared<const std::string>("Step() < main"));
  }
  const std::string alike = "ranks 0-1 of \"ep0\" called phase 2 of call 4 from Step() < main";
  EXPECT_NE(DescribeState().find("callers\n  " + alike + "\n"), std::string::npos)
      << DescribeState();
  members_[1]->SetStack(std::make_shared<const std::string>("Warm() < main"));
  const std::string one = "rank 0 of \"ep0\" called phase 2 of call 4 from Step() < main";
  const std::string two = "rank 1 of \"ep0\" called phase 2 of call 4 from Warm() < main";
  EXPECT_NE(DescribeState().find("callers\n  " + one + "\n  " + two + "\n"), std::string::npos)
      << DescribeState();
  context_.sides = {Side(0, 4)};
  ::testing::internal::CaptureStderr();
  WaitReport(context_.sides[0], Phase::kMeeting, Clock::now() - std::chrono::seconds(12)).Look();
  const std::string lines = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(lines.find("; " + one + "; " + two + "\n"), std::string::npos) << lines;
}

TEST_F(Report, TheWatchdogSpeaksOncePerWait) {
  const CallSide side = Side(0, 4);
  context_.sides = {side};
  board_->rank(0).arrived.store(4);
  SetPhase(side, Phase::kMeeting);
  SetPhase(Side(1, 3), Phase::kIdle);
  ::testing::internal::CaptureStderr();
  {
    WaitReport report(side, Phase::kMeeting, Clock::now() - std::chrono::milliseconds(12400));
    report.Look();
    report.Look();
    EXPECT_EQ(
        DescribeRank(*board_, 0),
        "rank 0 waits in call 4 for rank(s) 1, 2 on group \"ep0\" (operator unknown, for 0 s)");
  }
  EXPECT_EQ(
      ::testing::internal::GetCapturedStderr(),
      "[ferry] dispatch call 4 on group \"ep0\": rank 0 has waited 12 s for rank(s) 1, 2 (limit "
      "1836 s): rank 1 has finished call 3 and not started call 4 (operator unknown ended 0 s "
      "ago); rank 2 has not joined the "
      "group\n");
  EXPECT_EQ(DescribeRank(*board_, 0),
            "rank 0 waits for its peers in call 4 (operator unknown, for 0 s)");
}

TEST_F(Report, AShortWaitLeavesNoTrace) {
  const CallSide side = Side(0, 4);
  context_.sides = {side};
  SetPhase(side, Phase::kMeeting);
  ::testing::internal::CaptureStderr();
  WaitReport report(side, Phase::kMeeting, Clock::now());
  report.Look();
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(DescribeRank(*board_, 0),
            "rank 0 waits for its peers in call 4 (operator unknown, for 0 s)");
}

}  // namespace
}  // namespace ferry::comm
