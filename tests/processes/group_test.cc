// The group's protocol while every rank lives, over threads and over forked processes.
#include <gtest/gtest.h>

#include <fmt/core.h>

#include <chrono>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "processes/cases.h"
#include "processes/exchange.h"
#include "processes/launch.h"

namespace ferry::testing {
namespace {

using std::chrono::milliseconds;

class GroupOfSize : public ::testing::TestWithParam<SizedCase> {
 protected:
  LaunchOptions Options() const {
    LaunchOptions options;
    std::tie(options.distance, options.num_ranks) = GetParam();
    return options;
  }
};

TEST_P(GroupOfSize, ManyCallsInARowCarryEveryRow) {
  constexpr int kCalls = 260;  // the board's 64 slots, four times and a little
  const auto ends = Launch(Options(), [](RankRun& run) {
    for (int call = 1; call <= kCalls; ++call) {
      const std::string end = RunExchange(run);
      if (end != "ok") run.say(fmt::format("call {}: {}", call, end));
    }
  });
  ExpectAllSay(ends, {});
}

TEST_P(GroupOfSize, TheNextCallWorksAfterARankThrewInTheMove) {
  const std::int32_t last = Options().num_ranks - 1;
  const auto ends = Launch(Options(), [last](RankRun& run) {
    ExchangeOptions bad;
    // Two ranks fail: the lower one gives the text.
    if (run.rank == last || run.rank == last - 1)
      bad.ep_faults = {{Step::kAfterMeet, Fault::kThrow, {}}};
    run.say(RunExchange(run, bad));
    run.say(RunExchange(run));
  });
  ExpectAllSay(
      ends,
      {fmt::format("exchange call 1 on group \"g0\" failed: rank {} failed on purpose", last - 1),
       "ok"});
}

TEST_P(GroupOfSize, AnAbsentRankIsNamedByAllAndTheLateRankHearsTheSame) {
  LaunchOptions options = Options();
  options.wait_limit = milliseconds(300);
  const std::int32_t last = options.num_ranks - 1;
  const auto ends = Launch(options, [last](RankRun& run) {
    if (run.rank == last) run.AwaitFlag(0, static_cast<std::uint32_t>(last));
    run.say(RunExchange(run));
    if (run.rank != last) ++run.flags[0];
    AwaitAll(run, 1);
    run.say(RunExchange(run));
  });
  ExpectAllSay(ends,
               {fmt::format("exchange call 1 on group \"g0\" failed: rank(s) {} did not arrive "
                            "within 0.3 s; rank {} has not started any call; every rank must "
                            "launch every call, also without tokens, on a stream that gets to it",
                            last, last),
                "ok"});
}

INSTANTIATE_TEST_SUITE_P(All, GroupOfSize,
                         ::testing::Combine(::testing::ValuesIn(Distances()),
                                            ::testing::Values(2, 3, 4, 7, 16)),
                         NameOfSizedCase);

class Group : public ::testing::TestWithParam<Distance> {
 protected:
  LaunchOptions Options(std::int32_t num_ranks) const {
    LaunchOptions options;
    options.distance = GetParam();
    options.num_ranks = num_ranks;
    return options;
  }
};

TEST_P(Group, ReportsAgreementBeforeExpertIdsBeforeTheRest) {
  const auto ends = Launch(Options(4), [](RankRun& run) {
    for (int call = 1; call <= 4; ++call) {
      ExchangeOptions options;
      options.attributes = {{"moeExpertNum", "7"}, {"globalBs", "64"}};
      if (call == 1 && run.rank == 3) options.attributes[0].value = "8";
      if (call == 1 && run.rank == 1) options.attributes[1].value = "32";
      if (call <= 2 && run.rank >= 2) {
        options.cause = comm::Cause::kExpertId;
        options.failure = fmt::format("rank {} token 5 k 1: expert id 9 outside [0, 7)", run.rank);
      }
      if (call <= 3 && run.rank <= 1) {
        options.cause = comm::Cause::kOther;
        options.failure = fmt::format("rank {} row 4: 12 outside [0, 3)", run.rank);
      }
      run.say(RunExchange(run, options));
    }
  });
  ExpectAllSay(
      ends,
      {"exchange call 1 on group \"g0\" failed: parameter moeExpertNum differs: rank 0 has 7, rank "
       "3 "
       "has 8",
       "exchange call 2 on group \"g0\" failed: rank 2 token 5 k 1: expert id 9 outside [0, 7)",
       "exchange call 3 on group \"g0\" failed: rank 0 row 4: 12 outside [0, 3)", "ok"});
}

TEST_P(Group, DifferentOperatorsUnderOneNumberAreNamed) {
  const auto ends = Launch(Options(3), [](RankRun& run) {
    run.say(RunOne(run, [&run](comm::Group& ep, comm::Group*) {
      comm::Record record;
      record.attributes = {{"operator", run.rank == 2 ? "combine" : "dispatch"}};
      if (run.rank == 2) record.attributes.push_back({"globalBs", "8"});
      ep.Publish(record);
      ep.Meet();
      ep.Release();
    }));
  });
  ExpectAllSay(ends, {"exchange call 1 on group \"g0\" failed: parameter operator differs: rank 0 "
                      "has dispatch, rank 2 has combine"});
}

TEST_P(Group, ARankMoreThan64CallsLateIsToldAndCatchesUp) {
  constexpr int kCalls = 70;
  LaunchOptions options = Options(3);
  options.wait_limit = milliseconds(2);
  const auto ends = Launch(options, [](RankRun& run) {
    if (run.rank == 1) run.AwaitFlag(0, 2);
    int too_late = 0;
    int named = 0;
    for (int call = 1; call <= kCalls; ++call) {
      const std::string end = RunExchange(run);
      if (end.find("came too late, the call was given up long ago") != std::string::npos)
        ++too_late;
      // Two ranks that give calls up every 2 ms may miss one another as well.
      if (end.find("did not arrive within 0.002 s") != std::string::npos) ++named;
    }
    if (run.rank != 1) ++run.flags[0];
    AwaitAll(run, 1);
    run.say(fmt::format("{} too late", too_late));
    run.say(fmt::format("{} in all", too_late + named));
  });
  EXPECT_EQ(ends[1].lines, (std::vector<std::string>{"6 too late", "70 in all"}));
  for (const std::size_t r : {0U, 2U}) EXPECT_EQ(ends[r].lines.at(1), "70 in all");
}

TEST_P(Group, ADestroyedRankFailsLaterCallsAtOnceAndNoEarlierOne) {
  const auto ends = Launch(Options(3), [](RankRun& run) {
    for (int call = 1; call <= 3; ++call) run.say(RunExchange(run));
    if (run.rank == 1) {
      run.ep->Destroy();
      run.AwaitFlag(0, 2);  // a process that ended would be named as terminated
      return;
    }
    const auto start = std::chrono::steady_clock::now();
    run.say(RunExchange(run));
    run.say(RunExchange(run));
    run.say(IsQuick(start));
    ++run.flags[0];
  });
  const std::string gone = "failed: rank(s) 1 destroyed the communicator";
  for (const std::size_t r : {0U, 2U})
    EXPECT_EQ(ends[r].lines,
              (std::vector<std::string>{"ok", "ok", "ok", "exchange call 4 on group \"g0\" " + gone,
                                        "exchange call 5 on group \"g0\" " + gone, "quick"}));
}

TEST_P(Group, AnEarlierCallOfADestroyedRankStillWorks) {
  const auto ends = Launch(Options(2), [](RankRun& run) {
    if (run.rank == 0) {
      // The peer destroys its handle while this call of it is under way.
      ExchangeOptions slow;
      slow.ep_faults = {{Step::kAfterMeet, Fault::kDelay, milliseconds(30)}};
      run.say(RunExchange(run, slow));
      return;
    }
    run.say(RunOne(run, [&run](comm::Group& ep, comm::Group* tp) {
      run.ep->Destroy();
      Exchange(ep, tp);
    }));
  });
  ExpectAllSay(ends, {"ok"});
}

TEST_P(Group, DelaysAtEveryStepDoNoHarm) {
  const auto ends = Launch(Options(4), [](RankRun& run) {
    for (const Step step : {Step::kBeforePublish, Step::kAfterPublish, Step::kAfterMeet,
                            Step::kBeforeRelease, Step::kAfterRelease}) {
      ExchangeOptions options;
      if (run.rank == static_cast<std::int32_t>(step) % 4)
        options.ep_faults = {{step, Fault::kDelay, milliseconds(25)}};
      run.say(RunExchange(run, options));
    }
  });
  ExpectAllSay(ends, {"ok", "ok", "ok", "ok", "ok"});
}

INSTANTIATE_TEST_SUITE_P(All, Group, ::testing::ValuesIn(Distances()), NameOfCase);

}  // namespace
}  // namespace ferry::testing
