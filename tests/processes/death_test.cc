// Ranks that die: every survivor hears who, at once, and nobody hangs. Over forked processes.
#include <gtest/gtest.h>

#include <fmt/core.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "processes/cases.h"
#include "processes/exchange.h"
#include "processes/launch.h"

namespace ferry::testing {
namespace {

constexpr const char* kTerminated = "failed: rank(s) 1 terminated";

using DeathCase = std::tuple<Distance, Step, Fault, std::int32_t>;

class DeathAt : public ::testing::TestWithParam<DeathCase> {};

TEST_P(DeathAt, IsNamedByEverySurvivorAndFailsLaterCallsAtOnce) {
  LaunchOptions options;
  options.distance = std::get<0>(GetParam());
  options.num_ranks = std::get<3>(GetParam());
  const Step step = std::get<1>(GetParam());
  const Fault fault = std::get<2>(GetParam());
  const auto ends = Launch(options, [&](RankRun& run) {
    run.say(RunExchange(run));
    ExchangeOptions deadly;
    if (run.rank == 1) deadly.ep_faults = {{step, fault, {}}};
    const auto start = std::chrono::steady_clock::now();
    run.say(RunExchange(run, deadly));
    run.say(RunExchange(run));
    run.say(RunExchange(run));
    run.say(IsQuick(start));
  });
  const auto failed = [](int call) {
    return fmt::format("exchange call {} on group \"g0\" {}", call, kTerminated);
  };
  // A rank that has released its part of a call has done its part.
  const std::string second = step == Step::kAfterRelease ? "ok" : failed(2);
  for (std::size_t r = 0; r < ends.size(); ++r) {
    if (r == 1) {
      EXPECT_FALSE(ends[r].finished);
      EXPECT_EQ(ends[r].signal, fault == Fault::kKill ? SIGKILL : 0);
      continue;
    }
    EXPECT_EQ(ends[r].lines,
              (std::vector<std::string>{"ok", second, failed(3), failed(4), "quick"}))
        << "rank " << r;
  }
}

std::string NameOfDeath(const ::testing::TestParamInfo<DeathCase>& info) {
  const auto& [distance, step, fault, ranks] = info.param;
  return fmt::format("{}{}{}{}", fault == Fault::kKill ? "Kill" : "Exit", NameOf(step), ranks,
                     distance == Distance::kSegments ? "Segments" : "");
}

INSTANTIATE_TEST_SUITE_P(
    All, DeathAt,
    ::testing::Combine(::testing::Values(Distance::kProcesses, Distance::kSegments),
                       ::testing::Values(Step::kBeforePublish, Step::kAfterPublish,
                                         Step::kAfterMeet, Step::kBeforeRelease,
                                         Step::kAfterRelease),
                       ::testing::Values(Fault::kKill, Fault::kExit), ::testing::Values(2, 4)),
    NameOfDeath);

LaunchOptions Processes(std::int32_t num_ranks) {
  LaunchOptions options;
  options.distance = Distance::kProcesses;
  options.num_ranks = num_ranks;
  return options;
}

TEST(Death, OfARankThatWaitsInTheMeetingIsNoticed) {
  const auto ends = Launch(Processes(3), [](RankRun& run) {
    const auto start = std::chrono::steady_clock::now();
    if (run.rank == 2) {
      // Comes last, once rank 1 has arrived and died there.
      while (run.ep->board().rank(1).arrived.load() == 0) std::this_thread::yield();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      kill(run.pids[1].load(), SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    run.say(RunExchange(run));
    run.say(IsQuick(start));
  });
  EXPECT_EQ(ends[1].signal, SIGKILL);
  for (const std::size_t r : {0U, 2U})
    EXPECT_EQ(ends[r].lines,
              (std::vector<std::string>{
                  fmt::format("exchange call 1 on group \"g0\" {}", kTerminated), "quick"}));
}

TEST(Death, OfTwoRanksInTheMoveGivesOneSentence) {
  const auto ends = Launch(Processes(5), [](RankRun& run) {
    ExchangeOptions deadly;
    if (run.rank == 1) deadly.ep_faults = {{Step::kAfterMeet, Fault::kKill, {}}};
    if (run.rank == 3) {
      deadly.ep_faults = {{Step::kAfterMeet, Fault::kDelay, std::chrono::milliseconds(30)},
                          {Step::kBeforeRelease, Fault::kKill, {}}};
    }
    run.say(RunExchange(run, deadly));
  });
  ASSERT_EQ(ends[0].lines.size(), 1U);
  EXPECT_NE(ends[0].lines[0].find("terminated"), std::string::npos) << ends[0].lines[0];
  for (const std::size_t r : {2U, 4U}) EXPECT_EQ(ends[r].lines, ends[0].lines);
}

TEST(Death, WhileASurvivorStillReadsWaitsForTheReader) {
  const auto ends = Launch(Processes(3), [](RankRun& run) {
    ExchangeOptions options;
    if (run.rank == 1) options.ep_faults = {{Step::kAfterMeet, Fault::kKill, {}}};
    // Reads for longer than it takes to notice the death; its peers must not spoil their rows.
    if (run.rank == 2)
      options.ep_faults = {{Step::kBeforeRelease, Fault::kDelay, std::chrono::milliseconds(100)}};
    const auto start = std::chrono::steady_clock::now();
    run.say(RunExchange(run, options));
    const auto passed = std::chrono::steady_clock::now() - start;
    run.say(passed >= std::chrono::milliseconds(100) ? "waited" : "left early");
  });
  for (const std::size_t r : {0U, 2U})
    EXPECT_EQ(ends[r].lines,
              (std::vector<std::string>{
                  fmt::format("exchange call 1 on group \"g0\" {}", kTerminated), "waited"}));
}

TEST(Death, ReachesTheTpPartnersOfTheGroup) {
  LaunchOptions options = Processes(4);
  options.groups = {{0, 2}, {1, 3}, {0, 1}, {2, 3}};
  const auto ends = Launch(options, [](RankRun& run) {
    ExchangeOptions deadly;
    if (run.rank == 2) deadly.ep_faults = {{Step::kAfterMeet, Fault::kKill, {}}};
    const auto start = std::chrono::steady_clock::now();
    const std::string end = RunExchange(run, deadly);
    run.say(end.find("terminated") != std::string::npos ? "terminated" : end);
    run.say(IsQuick(start));
  });
  for (const std::size_t r : {0U, 1U, 3U})
    EXPECT_EQ(ends[r].lines, (std::vector<std::string>{"terminated", "quick"})) << "rank " << r;
}

TEST(Death, AfterTheLastCallHurtsNobody) {
  const auto ends = Launch(Processes(3), [](RankRun& run) {
    // Each rank leaves as soon as it is done, some while others still wait for the verdict.
    ExchangeOptions options;
    options.ep_faults = {
        {Step::kAfterRelease, Fault::kDelay, std::chrono::milliseconds(run.rank * 10)}};
    run.say(RunExchange(run, options));
  });
  ExpectAllSay(ends, {"ok"});
}

}  // namespace
}  // namespace ferry::testing
