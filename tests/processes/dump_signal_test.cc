// SIGUSR1 as a request for the state. A handler is of a process, so each test has one of its own.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>

#include "processes/cases.h"
#include "processes/exchange.h"
#include "processes/launch.h"

namespace ferry::testing {
namespace {

struct Ended {
  RankEnd rank;
  std::string stderr_text;
};

// Runs `body` as the only rank of a process.
template <class Body>
Ended InProcess(Body body) {
  LaunchOptions options;
  options.distance = Distance::kProcesses;
  options.num_ranks = 1;
  ::testing::internal::CaptureStderr();
  auto ends = Launch(options, [&](RankRun& run) { body(run); });
  return {ends.at(0), ::testing::internal::GetCapturedStderr()};
}

void Raise() {
  kill(getpid(), SIGUSR1);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
}

class DumpSignal : public ::testing::Test {
 protected:
  DumpSignal() { setenv("FERRY_DUMP_SIGNAL", "1", 1); }
  ~DumpSignal() override { unsetenv("FERRY_DUMP_SIGNAL"); }
};

TEST_F(DumpSignal, PrintsTheStateEachTime) {
  const Ended end = InProcess([](RankRun& run) {
    RunExchange(run);
    Raise();
    RunExchange(run);
    Raise();
  });
  EXPECT_TRUE(end.rank.finished);
  for (const char* line :
       {"[ferry] process ", "[ferry] group \"g0\" of 1 rank(s)\n",
        "[ferry]   rank 0: exchange call 1 ended", "[ferry]   rank 0: exchange call 2 ended"}) {
    EXPECT_NE(end.stderr_text.find(line), std::string::npos) << end.stderr_text;
  }
}

TEST_F(DumpSignal, LeavesTheProgramsOwnHandler) {
  static std::atomic<int> caught{0};
  const auto before = signal(SIGUSR1, [](int) { ++caught; });
  const Ended end = InProcess([](RankRun& run) {
    Raise();
    run.say(std::to_string(caught.load()));
  });
  signal(SIGUSR1, before);
  EXPECT_EQ(end.rank.lines, std::vector<std::string>{"1"});
  EXPECT_NE(end.stderr_text.find("the program has a handler for SIGUSR1"), std::string::npos)
      << end.stderr_text;
  EXPECT_EQ(end.stderr_text.find("[ferry] process "), std::string::npos) << end.stderr_text;
}

TEST_F(DumpSignal, IsNotTakenUnlessAskedFor) {
  unsetenv("FERRY_DUMP_SIGNAL");
  EXPECT_EQ(InProcess([](RankRun&) { Raise(); }).rank.signal, SIGUSR1);
}

}  // namespace
}  // namespace ferry::testing
