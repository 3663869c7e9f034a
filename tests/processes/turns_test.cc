// Calls of one rank that are queued on several streams run one after another. Over threads and
// forked processes.
#include <gtest/gtest.h>

#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/abort_flag.h"
#include "comm/call.h"
#include "processes/cases.h"
#include "processes/exchange.h"
#include "processes/launch.h"

namespace ferry::testing {
namespace {

using std::chrono::milliseconds;

class Turns : public ::testing::TestWithParam<Distance> {
 protected:
  LaunchOptions Options(std::int32_t num_ranks) const {
    LaunchOptions options;
    options.distance = GetParam();
    options.num_ranks = num_ranks;
    return options;
  }
};

const Body kExchange = [](comm::Group& ep, comm::Group* tp) { Exchange(ep, tp); };

TEST_P(Turns, QueuedOnTwoStreamsOfARankRunByNumber) {
  constexpr int kCalls = 40;
  const auto ends = Launch(Options(3), [](RankRun& run) {
    const AbortFlag abort;
    std::vector<std::shared_ptr<comm::Call>> calls;
    for (int i = 0; i < kCalls; ++i) calls.push_back(TakeOne(run));
    std::atomic<int> running{0};
    std::atomic<int> overlaps{0};
    std::atomic<int> good{0};
    // Each rank deals its calls to its streams in its own way.
    const auto stream = [&](int which) {
      for (int i = 0; i < kCalls; ++i) {
        if ((i + i / (run.rank + 2)) % 2 != which) continue;
        const std::string end = RunTaken(*calls[static_cast<std::size_t>(i)], abort,
                                         [&](comm::Group& ep, comm::Group* tp) {
                                           if (++running != 1) ++overlaps;
                                           Exchange(ep, tp);
                                           --running;
                                         });
        if (end == "ok") ++good;
      }
    };
    std::thread other(stream, 1);
    stream(0);
    other.join();
    run.say(fmt::format("{} good, {} overlaps", good.load(), overlaps.load()));
  });
  ExpectAllSay(ends, {"40 good, 0 overlaps"});
}

// Each call waits for the peer for less than the limit; what a rank waits for its own calls is
// nobody's fault.
TEST_P(Turns, QueuedBehindCallsThatWaitForAPeerMayWaitForLongerThanTheLimit) {
  LaunchOptions options = Options(2);
  options.wait_limit = std::chrono::seconds(2);
  const auto ends = Launch(options, [](RankRun& run) {
    const AbortFlag abort;
    std::vector<std::shared_ptr<comm::Call>> calls;
    for (int i = 0; i < 4; ++i) calls.push_back(TakeOne(run));
    std::vector<std::string> said(calls.size());
    std::vector<std::thread> streams;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (run.rank == 1) {
        std::this_thread::sleep_for(milliseconds(700));
        said[i] = RunTaken(*calls[i], abort, kExchange);
      } else {
        streams.emplace_back([&, i] { said[i] = RunTaken(*calls[i], abort, kExchange); });
      }
    }
    for (std::thread& stream : streams) stream.join();
    for (const std::string& end : said) run.say(end);
  });
  ExpectAllSay(ends, {"ok", "ok", "ok", "ok"});
}

TEST_P(Turns, ACallWhoseStreamDoesNotGetToItFailsThoseBehindItOnEveryRank) {
  LaunchOptions options = Options(2);
  options.wait_limit = milliseconds(200);
  const auto ends = Launch(options, [](RankRun& run) {
    const AbortFlag abort;
    const auto first = TakeOne(run);
    const auto second = TakeOne(run);
    if (run.rank == 1) {
      // Its stream is stuck with the first call, while another stream has the second.
      const std::string end = RunTaken(*second, abort, kExchange);
      run.AwaitFlag(0, 1);
      run.say(RunTaken(*first, abort, kExchange));
      run.say(end);
    } else {
      run.say(RunTaken(*first, abort, kExchange));
      ++run.flags[0];
      run.say(RunTaken(*second, abort, kExchange));
    }
    AwaitAll(run, 1);
    run.say(RunExchange(run));
  });
  ExpectAllSay(ends,
               {"exchange call 1 on group \"g0\" failed: rank(s) 1 did not arrive within 0.2 s; "
                "rank 1 has queued call 1, to which its stream has not got",
                "exchange call 2 on group \"g0\" failed: rank 1 waited 0.2 s for its own "
                "earlier calls, to which their streams have not got",
                "ok"});
}

TEST_P(Turns, AnAbortOfACallThatWaitsForItsPredecessorSaysWhy) {
  const auto ends = Launch(Options(2), [](RankRun& run) {
    const AbortFlag wanted;
    AbortFlag abort;
    abort.Raise("its stream was destroyed");
    const auto first = TakeOne(run);
    const auto second = TakeOne(run);
    const std::string end = run.rank == 1 ? RunTaken(*second, abort, kExchange) : "";
    run.say(RunTaken(*first, wanted, kExchange));
    run.say(run.rank == 1 ? end : RunTaken(*second, wanted, kExchange));
  });
  ExpectAllSay(ends, {"ok",
                      "exchange call 2 on group \"g0\" failed: rank 1 dropped call 2: its "
                      "stream was destroyed"});
}

INSTANTIATE_TEST_SUITE_P(All, Turns, ::testing::ValuesIn(Distances()), NameOfCase);

}  // namespace
}  // namespace ferry::testing
