// Calls on two groups at once: a failure in one reaches the other, with one sentence for all.
#include <gtest/gtest.h>

#include <fmt/core.h>

#include <chrono>
#include <string>
#include <vector>

#include "processes/cases.h"
#include "processes/exchange.h"
#include "processes/launch.h"

namespace ferry::testing {
namespace {

using std::chrono::milliseconds;

// Four ranks: EP groups {0, 2} (g0) and {1, 3} (g1), TP pairs {0, 1} (g2) and {2, 3} (g3).
class TwoGroups : public ::testing::TestWithParam<Distance> {
 protected:
  LaunchOptions Grid() const {
    LaunchOptions options;
    options.distance = GetParam();
    options.num_ranks = 4;
    options.groups = {{0, 2}, {1, 3}, {0, 1}, {2, 3}};
    return options;
  }
};

constexpr const char* kOnPurpose =
    "exchange call 1 on group \"g0\" failed: rank 1 failed on purpose";

TEST_P(TwoGroups, ManyCallsCarryEveryRow) {
  const auto ends = Launch(Grid(), [](RankRun& run) {
    for (int call = 1; call <= 150; ++call) {
      const std::string end = RunExchange(run);
      if (end != "ok") run.say(fmt::format("call {}: {}", call, end));
    }
  });
  ExpectAllSay(ends, {});
}

TEST_P(TwoGroups, ABadRecordInOneEpGroupFailsTheTpPartnersToo) {
  const auto ends = Launch(Grid(), [](RankRun& run) {
    ExchangeOptions options;
    if (run.rank == 2) {
      options.cause = comm::Cause::kExpertId;
      options.failure = "rank 1 token 0 k 0: expert id 7 outside [0, 7)";
    }
    run.say(RunExchange(run, options));
    run.say(RunExchange(run));
  });
  ExpectAllSay(ends,
               {"exchange call 1 on group \"g0\" failed: rank 1 token 0 k 0: expert id 7 outside "
                "[0, 7)",
                "ok"});
}

TEST_P(TwoGroups, AMismatchInATpPairFailsBothEpGroups) {
  const auto ends = Launch(Grid(), [](RankRun& run) {
    const std::string end = RunOne(run, [&run](comm::Group& ep, comm::Group* tp) {
      comm::Record record;
      record.attributes = {{"epRankId", "0"}};
      ep.Publish(record);
      record.attributes[0].value = run.rank == 3 ? "1" : "0";
      tp->Publish(record);
      ep.Meet();
      tp->Meet();
      ep.Release();
      tp->Release();
    });
    run.say(end);
    run.say(RunExchange(run));
  });
  ExpectAllSay(ends,
               {"exchange call 1 on group \"g3\" failed: parameter epRankId differs: rank 0 has "
                "0, rank 1 has 1",
                "ok"});
}

TEST_P(TwoGroups, AFailureInTheEpMoveReachesAllFour) {
  const auto ends = Launch(Grid(), [](RankRun& run) {
    ExchangeOptions options;
    if (run.rank == 2) options.ep_faults = {{Step::kAfterMeet, Fault::kThrow, {}}};
    run.say(RunExchange(run, options));
    run.say(RunExchange(run));
  });
  ExpectAllSay(ends, {kOnPurpose, "ok"});
}

TEST_P(TwoGroups, AFailureInTheTpMoveAfterEpGoReachesAllFour) {
  const auto ends = Launch(Grid(), [](RankRun& run) {
    ExchangeOptions options;
    if (run.rank == 2) options.tp_faults = {{Step::kAfterMeet, Fault::kThrow, {}}};
    run.say(RunExchange(run, options));
    run.say(RunExchange(run));
  });
  // Rank 2 is rank 0 of its TP pair; the sentence is that of its EP group.
  ExpectAllSay(ends, {"exchange call 1 on group \"g0\" failed: rank 0 failed on purpose", "ok"});
}

TEST_P(TwoGroups, AnAbsentRankFailsBothEpGroupsEachWithOneSentence) {
  LaunchOptions options = Grid();
  options.wait_limit = milliseconds(200);
  const auto ends = Launch(options, [](RankRun& run) {
    if (run.rank == 2) run.AwaitFlag(0, 3);
    run.say(RunExchange(run));
    if (run.rank != 2) ++run.flags[0];
    AwaitAll(run, 1);
    run.say(RunExchange(run));
  });
  // Rank 0 misses it in g0, rank 3 in g3: whoever gives up first gives the sentence, or each gives
  // one to its own EP group.
  for (std::size_t r = 0; r < ends.size(); ++r) {
    ASSERT_EQ(ends[r].lines.size(), 2U);
    EXPECT_EQ(ends[r].lines[0], ends[r % 2].lines[0]);
    EXPECT_NE(ends[r].lines[0].find("did not arrive within 0.2 s"), std::string::npos)
        << ends[r].lines[0];
    EXPECT_EQ(ends[r].lines[1], "ok");
  }
}

TEST_P(TwoGroups, ADroppedCallEndsTheWaitsOnEitherGroup) {
  const auto ends = Launch(Grid(), [](RankRun& run) {
    const auto start = std::chrono::steady_clock::now();
    run.say(run.rank == 3 ? DropOne(run, "the stream was aborted") : RunExchange(run));
    run.say(IsQuick(start));
    run.say(RunExchange(run));
  });
  for (const std::size_t r : {0U, 1U, 2U})
    EXPECT_EQ(ends[r].lines, (std::vector<std::string>{
                                 "exchange call 1 on group \"g1\" failed: rank 1 dropped call 1: "
                                 "the stream was aborted",
                                 "quick", "ok"}));
  EXPECT_EQ(ends[3].lines, (std::vector<std::string>{"dropped", "quick", "ok"}));
}

// Combine's order: TP first, then EP, releases TP then EP; here one rank fails between.
TEST_P(TwoGroups, FailuresDoNotDeadlockWhenReleasesAreOrderedTpFirst) {
  const auto ends = Launch(Grid(), [](RankRun& run) {
    for (int call = 0; call < 20; ++call) {
      const std::string end = RunOne(run, [&](comm::Group& ep, comm::Group* tp) {
        const comm::Record record;
        ep.Publish(record);
        tp->Publish(record);
        tp->Meet();
        ep.Meet();
        if (run.rank == call % 4) throw std::runtime_error("no luck");
        tp->Release();
        ep.Release();
      });
      if (end.find("no luck") == std::string::npos) run.say(end);
    }
    run.say(RunExchange(run));
  });
  ExpectAllSay(ends, {"ok"});
}

INSTANTIATE_TEST_SUITE_P(All, TwoGroups, ::testing::ValuesIn(Distances()), NameOfCase);

}  // namespace
}  // namespace ferry::testing
