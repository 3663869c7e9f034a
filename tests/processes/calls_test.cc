// Numbers and what becomes of calls that wait, are aborted or dropped. Over threads and forked
// processes.
#include <gtest/gtest.h>

#include <fmt/core.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/abort_flag.h"
#include "base/error.h"
#include "comm/barrier.h"
#include "comm/call.h"
#include "processes/cases.h"
#include "processes/exchange.h"
#include "processes/launch.h"

namespace ferry::testing {
namespace {

using std::chrono::milliseconds;
using Lines = std::vector<std::string>;

class Calls : public ::testing::TestWithParam<Distance> {
 protected:
  LaunchOptions Options(std::int32_t num_ranks) const {
    LaunchOptions options;
    options.distance = GetParam();
    options.num_ranks = num_ranks;
    return options;
  }
};

const Body kExchange = [](comm::Group& ep, comm::Group* tp) { Exchange(ep, tp); };

TEST_P(Calls, AnAbortEndsTheWaitForItsReasonAndTheNextCallWorks) {
  const auto ends = Launch(Options(3), [](RankRun& run) {
    const auto start = std::chrono::steady_clock::now();
    if (run.rank == 0) {
      AbortFlag abort;
      const auto call = TakeOne(run);
      std::thread aborter([&] {
        std::this_thread::sleep_for(milliseconds(30));
        abort.Raise("its stream was destroyed");
      });
      run.say(RunTaken(*call, abort, kExchange));
      aborter.join();
      ++run.flags[0];
    } else {
      if (run.rank == 2) run.AwaitFlag(0, 1);
      run.say(RunExchange(run));
    }
    run.say(IsQuick(start));
    run.say(RunExchange(run));
  });
  ExpectAllSay(ends,
               {"exchange call 1 on group \"g0\" failed: rank 0 gave up waiting: its stream was "
                "destroyed",
                "quick", "ok"});
}

TEST_P(Calls, ADroppedCallFailsOnEveryRankAtOnce) {
  const auto ends = Launch(Options(3), [](RankRun& run) {
    const auto start = std::chrono::steady_clock::now();
    run.say(run.rank == 1 ? DropOne(run, "an earlier task of its stream failed")
                          : RunExchange(run));
    run.say(RunExchange(run));
    run.say(IsQuick(start));
  });
  EXPECT_EQ(ends[1].lines, (Lines{"dropped", "ok", "quick"}));
  for (const std::size_t r : {0U, 2U})
    EXPECT_EQ(
        ends[r].lines,
        (Lines{"exchange call 1 on group \"g0\" failed: rank 1 dropped call 1: an earlier task "
               "of its stream failed",
               "ok", "quick"}));
}

TEST_P(Calls, ATaskThatIsDiscardedDropsItsCall) {
  const auto ends = Launch(Options(2), [](RankRun& run) {
    if (run.rank == 0)
      run.say(RunExchange(run));
    else
      TakeOne(run).reset();
    run.say(RunExchange(run));
  });
  EXPECT_EQ(ends[1].lines, Lines{"ok"});
  EXPECT_EQ(ends[0].lines,
            (Lines{"exchange call 1 on group \"g0\" failed: rank 1 dropped call 1: its "
                   "task was discarded",
                   "ok"}));
}

// The board has 64 slots: dropping call 65 at once would hide the verdict of call 1 from its peers.
TEST_P(Calls, ACallDroppedFarAheadDoesNotDisturbTheOneUnderWay) {
  constexpr int kAhead = 70;
  const auto ends = Launch(Options(3), [](RankRun& run) {
    const AbortFlag abort;
    if (run.rank != 1) {
      ExchangeOptions slow;
      slow.ep_faults = {{Step::kAfterMeet, Fault::kDelay, milliseconds(40)}};
      run.say(RunExchange(run, slow));
    } else {
      const auto first = TakeOne(run);
      std::vector<std::shared_ptr<comm::Call>> queued;
      for (int i = 0; i < kAhead; ++i) queued.push_back(TakeOne(run));
      run.say(RunTaken(*first, abort, [&](comm::Group& ep, comm::Group* tp) {
        for (const auto& call : queued) comm::DropCall(*call, "the stream was aborted");
        Exchange(ep, tp);
      }));
    }
    int dropped = run.rank == 1 ? kAhead : 0;
    for (int i = 0; run.rank != 1 && i < kAhead; ++i)
      if (RunExchange(run).find("rank 1 dropped call") != std::string::npos) ++dropped;
    run.say(fmt::format("{} dropped", dropped));
    run.say(RunExchange(run));
  });
  ASSERT_EQ(ends.size(), 3U);
  for (const std::size_t r : {0U, 1U, 2U}) {
    ASSERT_EQ(ends[r].lines.size(), 3U);
    EXPECT_EQ(ends[r].lines[0], "ok");
    EXPECT_EQ(ends[r].lines[2], "ok");
  }
  // The slots of calls 2 to 7 belong to calls 66 to 71 when the others come to them, at times.
  EXPECT_EQ(ends[1].lines[1], "70 dropped");
}

TEST_P(Calls, BarrierIsACallLikeAnyOther) {
  const auto ends = Launch(Options(4), [](RankRun& run) {
    const AbortFlag abort;
    if (run.rank == 2) std::this_thread::sleep_for(milliseconds(20));
    ++run.flags[0];
    comm::RunCall(*TakeOne(run, comm::kBarrierOperator), abort, comm::Barrier);
    run.say(fmt::format("{} have come", run.flags[0].load()));
    // One rank is at a barrier while the others exchange.
    if (run.rank != 1) return run.say(RunExchange(run));
    try {
      comm::RunCall(*TakeOne(run, comm::kBarrierOperator), abort, comm::Barrier);
    } catch (const Error& error) {
      run.say(error.message());
    }
  });
  const std::string differs =
      "call 2 on group \"g0\" failed: parameter operator differs: rank 0 has exchange, rank 1 has "
      "HcclBarrier";
  ASSERT_EQ(ends.size(), 4U);
  for (const RankEnd& end : ends) {
    ASSERT_EQ(end.lines.size(), 2U);
    EXPECT_EQ(end.lines[0], "4 have come");
    EXPECT_NE(end.lines[1].find(differs), std::string::npos) << end.lines[1];
  }
}

TEST_P(Calls, AnOperatorThatMissesAStepFailsTheCallOnEveryRank) {
  const auto ends = Launch(Options(2), [](RankRun& run) {
    run.say(run.rank == 0 ? RunExchange(run) : RunOne(run, [](comm::Group&, comm::Group*) {}));
    run.say(run.rank == 0 ? RunExchange(run)
                          : RunOne(run, [](comm::Group& ep, comm::Group*) { ep.Meet(); }));
    run.say(run.rank == 0 ? RunExchange(run) : RunOne(run, [](comm::Group&, comm::Group*) {
      throw std::bad_alloc();
    }));
    run.say(RunExchange(run));
  });
  ExpectAllSay(
      ends, {"exchange call 1 on group \"g0\" failed: rank 1 left the call without its release",
             "exchange call 2 on group \"g0\" failed: Meet out of order in call 2 on group \"g0\"",
             "exchange call 3 on group \"g0\" failed: rank 1: out of memory", "ok"});
}

// A stream may drop a task while it is being queued: refused, or aborted the moment it has it.
TEST_P(Calls, ADropDuringTheEnqueueIsToldOnlyIfTheNumberWasTaken) {
  const auto ends = Launch(Options(2), [](RankRun& run) {
    if (run.rank == 0) {
      run.say(RunExchange(run));
      run.say(RunExchange(run));
      return;
    }
    try {
      comm::TakeNumbers("exchange", run.ep, nullptr, [](const std::shared_ptr<comm::Call>& call) {
        comm::DropCall(*call, "the stream has been destroyed");
        throw std::runtime_error("refused");
      });
    } catch (const std::runtime_error& error) {
      run.say(error.what());
    }
    run.say(RunExchange(run));
    comm::TakeNumbers("exchange", run.ep, nullptr, [](const std::shared_ptr<comm::Call>& call) {
      comm::DropCall(*call, "the stream was aborted");
    });
  });
  EXPECT_EQ(ends[1].lines, (Lines{"refused", "ok"}));
  EXPECT_EQ(ends[0].lines,
            (Lines{"ok",
                   "exchange call 2 on group \"g0\" failed: rank 1 dropped call 2: the "
                   "stream was aborted"}));
}

TEST_P(Calls, NumbersAreTakenOnlyWhenTheTaskWasQueued) {
  const auto ends = Launch(Options(2), [](RankRun& run) {
    try {
      comm::TakeNumbers("exchange", run.ep, nullptr,
                        [](const auto&) { throw std::runtime_error("the stream is gone"); });
    } catch (const std::runtime_error& error) {
      run.say(error.what());
    }
    run.say(RunExchange(run));
    run.say(fmt::format("call {}", TakeOne(run)->ep_number()));
    run.ep->Destroy();
    try {
      TakeOne(run);
    } catch (const Error& error) {
      run.say(error.message());
    }
  });
  for (const std::size_t r : {0U, 1U})
    EXPECT_EQ(ends[r].lines,
              (Lines{"the stream is gone", "ok", "call 2",
                     fmt::format("rank {} has destroyed its handle of group \"g0\"", r)}));
}

INSTANTIATE_TEST_SUITE_P(All, Calls, ::testing::ValuesIn(Distances()), NameOfCase);

}  // namespace
}  // namespace ferry::testing
