// What is said while ranks wait in vain: over threads and over forked ranks.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "base/error.h"
#include "comm/call.h"
#include "comm/refusal.h"
#include "comm/state_report.h"
#include "processes/cases.h"
#include "processes/exchange.h"
#include "processes/launch.h"

namespace ferry::testing {
namespace {

using std::chrono::milliseconds;

class HangReport : public ::testing::TestWithParam<Distance> {
 protected:
  LaunchOptions Options(std::int32_t num_ranks) const {
    LaunchOptions options;
    options.distance = GetParam();
    options.num_ranks = num_ranks;
    options.wait_limit = milliseconds(400);
    options.watchdog = milliseconds(100);
    return options;
  }
  [[nodiscard]] int Processes(int ranks) const {
    return GetParam() == Distance::kThreads ? 1 : ranks;
  }
};

auto CountOf(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// Runs the next call of one group alone.
std::string RunOn(const std::shared_ptr<comm::Member>& member, const char* name) {
  const AbortFlag abort;
  const auto call = comm::TakeNumbers(name, member, nullptr, [](const auto&) {});
  return RunTaken(*call, abort, [](comm::Group& ep, comm::Group*) { Exchange(ep, nullptr); });
}

// Of the ranks of a process one speaks.
TEST_P(HangReport, TheWatchdogNamesTheMissingRankOnceAProcessAndTheCallGoesOn) {
  LaunchOptions options = Options(3);
  options.wait_limit = std::chrono::seconds(10);
  ::testing::internal::CaptureStderr();
  const auto ends = Launch(options, [](RankRun& run) {
    if (run.rank == 2) std::this_thread::sleep_for(milliseconds(250));
    run.say(RunExchange(run));
  });
  const std::string lines = ::testing::internal::GetCapturedStderr();
  ExpectAllSay(ends, {"ok"});
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), Processes(2)) << lines;
  EXPECT_EQ(lines.find("[ferry] exchange call 1 on group \"g0\": rank "), 0U) << lines;
  EXPECT_NE(lines.find("s for rank(s) 2 (limit 10 s): rank 2 has not started any call"),
            std::string::npos)
      << lines;
}

TEST_P(HangReport, NamesACycleBetweenGroups) {
  LaunchOptions options = Options(2);
  options.groups = {{0, 1}, {0, 1}};
  // Both are waiting when the first of them speaks.
  options.watchdog = milliseconds(400);
  options.wait_limit = milliseconds(1000);
  ::testing::internal::CaptureStderr();
  Launch(options, [](RankRun& run) {
    // Each begins with another group.
    run.say(RunOn(run.rank == 0 ? run.ep : run.tp, run.rank == 0 ? "dispatch" : "reduce"));
    AwaitAll(run, 1);
  });
  const std::string lines = ::testing::internal::GetCapturedStderr();
  const int cycles =
      CountOf(lines, "cycle: rank 0 waits in g0#1 for 1; rank 1 waits in g1#1 for 0") +
      CountOf(lines, "cycle: rank 1 waits in g1#1 for 0; rank 0 waits in g0#1 for 1");
  EXPECT_EQ(cycles, Processes(2)) << lines;
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), Processes(2)) << lines;
}

TEST_P(HangReport, SaysWhichCallOfTheMissingRankWasRefused) {
  ::testing::internal::CaptureStderr();
  const auto ends = Launch(Options(3), [](RankRun& run) {
    if (run.rank == 2) {
      comm::NoteRefusal(2, "aclnnX: K is 17; must be in [1, 16] [dispatch-A3-30]");
    } else {
      run.say(RunExchange(run));
    }
    AwaitAll(run, 1);
  });
  const std::string lines = ::testing::internal::GetCapturedStderr();
  const std::string refused = "refused: aclnnX: K is 17; must be in [1, 16] [dispatch-A3-30]";
  EXPECT_NE(lines.find("rank 2 has not started any call (its last call was refused 0 s ago"),
            std::string::npos)
      << lines;
  for (const std::size_t r : {0U, 1U})
    EXPECT_EQ(ends[r].lines,
              std::vector<std::string>{"exchange call 1 on group \"g0\" failed: rank(s) 2 did not "
                                       "arrive within 0.4 s; the last call of rank 2 was " +
                                       refused});
}

TEST_P(HangReport, TheStateShowsWaitingRanksOfAllProcesses) {
  LaunchOptions options = Options(3);
  options.watchdog = milliseconds(0);
  options.wait_limit = std::chrono::seconds(10);
  const auto ends = Launch(options, [](RankRun& run) {
    RunExchange(run);
    if (run.rank != 2) {
      RunExchange(run);
      return;
    }
    while (run.ep->board().rank(0).arrived.load() < 2 || run.ep->board().rank(1).arrived.load() < 2)
      std::this_thread::yield();
    std::this_thread::sleep_for(milliseconds(30));
    run.say(comm::DescribeState());
    RunExchange(run);
  });
  std::string state;
  for (const std::string& line : ends[2].lines) state += line + "\n";
  EXPECT_NE(state.find("group \"g0\" of 3 rank(s)\n"), std::string::npos) << state;
  EXPECT_NE(state.find("exchange call 2 has waited 0 s"), std::string::npos) << state;
  EXPECT_NE(state.find(" 0 s for rank(s) 2"), std::string::npos) << state;
  EXPECT_NE(state.find("  rank 2: exchange call 1 ended 0 s"), std::string::npos) << state;
  EXPECT_EQ(CountOf(state, "(process "), GetParam() == Distance::kThreads ? 0 : 2) << state;
}

INSTANTIATE_TEST_SUITE_P(All, HangReport, ::testing::ValuesIn(Distances()), NameOfCase);

}  // namespace
}  // namespace ferry::testing
