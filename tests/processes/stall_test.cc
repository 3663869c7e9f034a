// A stopped process is late, not dead: the wait limit applies, and when it runs again it fails
// cleanly and the group works. Over forked processes.
#include <gtest/gtest.h>

#include <fmt/core.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "base/abort_flag.h"
#include "base/error.h"
#include "comm/call.h"
#include "processes/cases.h"
#include "processes/exchange.h"
#include "processes/launch.h"

namespace ferry::testing {
namespace {

using std::chrono::milliseconds;

class StallAt : public ::testing::TestWithParam<Step> {};

// Rank 1 stops itself; rank 0 wakes it once the others have given it up.
TEST_P(StallAt, FailsTheCallOnEveryRankAndTheNextOneWorks) {
  LaunchOptions options;
  options.distance = Distance::kProcesses;
  options.num_ranks = 3;
  options.wait_limit = milliseconds(300);
  const Step step = GetParam();
  const auto ends = Launch(options, [step](RankRun& run) {
    ExchangeOptions stalled;
    if (run.rank == 1) stalled.ep_faults = {{step, Fault::kStall, {}}};
    run.say(RunExchange(run, stalled));
    if (run.rank == 2) ++run.flags[0];
    if (run.rank == 0) {
      run.AwaitFlag(0, 1);
      kill(run.pids[1].load(), SIGCONT);
    }
    AwaitAll(run, 1);
    run.say(RunExchange(run));
  });
  const bool before_go = step == Step::kBeforePublish || step == Step::kAfterPublish;
  const std::string late = before_go ? "arrive" : "finish reading";
  ExpectAllSay(ends, {"exchange call 1 on group \"g0\" failed: rank(s) 1 did not " + late +
                          " within 0.3 s; the process of rank 1 is stopped",
                      "ok"});
}

INSTANTIATE_TEST_SUITE_P(All, StallAt,
                         ::testing::Values(Step::kBeforePublish, Step::kAfterPublish,
                                           Step::kAfterMeet, Step::kBeforeRelease),
                         [](const auto& param) { return NameOf(param.param); });

TEST(Stall, AReaderThatIsGivenUpForManyCallsNeverSucceedsOnChangedRows) {
  LaunchOptions options;
  options.distance = Distance::kProcesses;
  options.num_ranks = 3;
  options.wait_limit = milliseconds(150);
  constexpr int kCalls = 6;
  const auto ends = Launch(options, [](RankRun& run) {
    ExchangeOptions stalled;
    if (run.rank == 1) stalled.ep_faults = {{Step::kAfterMeet, Fault::kStall, {}}};
    int failed = RunExchange(run, stalled) == "ok" ? 0 : 1;
    // The others go on, and so overwrite both of their records and their rows.
    for (int call = 2; call <= kCalls; ++call) failed += RunExchange(run) == "ok" ? 0 : 1;
    if (run.rank == 2) ++run.flags[0];
    if (run.rank == 0) {
      run.AwaitFlag(0, 1);
      kill(run.pids[1].load(), SIGCONT);
    }
    AwaitAll(run, 1);
    run.say(fmt::format("{} failed", failed));
    run.say(RunExchange(run));
  });
  ExpectAllSay(ends, {"6 failed", "ok"});
}

// The slow reader, rank 3, was not stopped: it tells its own EP group why its TP partner has
// failed.
TEST(Stall, AReaderOfRowsThatWereTakenBackHearsWhy) {
  LaunchOptions options;
  options.distance = Distance::kProcesses;
  options.num_ranks = 4;
  options.groups = {{0, 1}, {2, 3}, {0, 2}, {1, 3}};
  const auto ends = Launch(options, [](RankRun& run) {
    AbortFlag abort;
    const auto call = TakeOne(run);
    run.say(RunTaken(*call, abort, [&](comm::Group& ep, comm::Group* tp) {
      ep.Publish({});
      tp->Publish({});
      tp->Meet();
      ep.Meet();
      if (run.rank == 1) {
        abort.Raise("its stream was aborted");
        throw Error(Code::kRtAicoreException, "rank 1 gave up: its stream was aborted");
      }
      if (run.rank == 3) {
        std::this_thread::sleep_for(milliseconds(200));
        (void)tp->Peer(0);
      }
      ep.Release();
      tp->Release();
    }));
  });
  ExpectAllSay(ends, {"exchange call 1 on group \"g0\" failed: rank 1 gave up: its stream was "
                      "aborted"});
}

TEST(Stall, ReportSaysThatTheProcessIsStopped) {
  LaunchOptions options;
  options.distance = Distance::kProcesses;
  options.num_ranks = 2;
  options.watchdog = milliseconds(40);
  options.wait_limit = milliseconds(200);
  const auto ends = Launch(options, [](RankRun& run) {
    if (run.rank == 0) ::testing::internal::CaptureStderr();
    ExchangeOptions stalled;
    if (run.rank == 1) stalled.ep_faults = {{Step::kAfterPublish, Fault::kStall, {}}};
    RunExchange(run, stalled);
    if (run.rank == 1) return;
    kill(run.pids[1].load(), SIGCONT);
    run.say(fmt::format("pid {}", run.pids[1].load()));
    run.say(::testing::internal::GetCapturedStderr());
  });
  ASSERT_GE(ends[0].lines.size(), 2U);
  const std::string pid = ends[0].lines[0].substr(4);
  EXPECT_EQ(ends[0].lines[1].substr(0, ends[0].lines[1].find(" has waited")),
            "[ferry] exchange call 1 on group \"g0\": rank 0");
  EXPECT_NE(ends[0].lines[1].find("rank 1 prepares call 1 (exchange, for 0 s) (process " + pid +
                                  " is stopped)"),
            std::string::npos)
      << ends[0].lines[1];
}

}  // namespace
}  // namespace ferry::testing
