// `ferry launch`, run as a user runs it.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "run_shell.h"

namespace ferry::tool {
namespace {

Outcome Launch(const std::string& arguments) {
  return RunShell(std::string(FERRY_TOOL_PATH) + " launch " + arguments);
}

TEST(FerryLaunch, TellsEachProcessItsRankAndWhereToMeet) {
  const Outcome outcome =
      Launch("-n 3 sh -c 'echo $FERRY_RANK/$FERRY_WORLD_SIZE/$FERRY_LOCAL_RANK'");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  for (const char* line : {"0/3/0\n", "1/3/1\n", "2/3/2\n"})
    EXPECT_TRUE(Contains(outcome.output, line)) << outcome.output;
  const Outcome place = Launch(
      "-n 1 sh -c 'echo $FERRY_ROOT; stat -Lc %a $FERRY_SECRET_FILE; "
      "wc -c <$FERRY_SECRET_FILE'");
  EXPECT_TRUE(place.output.starts_with("127.0.0.1:")) << place.output;
  EXPECT_TRUE(Contains(place.output, "\n600\n64\n")) << place.output;
}

TEST(FerryLaunch, ArgumentsAreTheProgramsOwn) {
  const Outcome outcome = Launch("-n 1 echo --help -n 9");
  EXPECT_EQ(outcome.output, "--help -n 9\n");
}

TEST(FerryLaunch, SaysWhoFailedAndEndsTheOthers) {
  const Outcome exited = Launch("-n 3 sh -c '[ $FERRY_RANK = 1 ] && exit 7; sleep 60'");
  EXPECT_EQ(exited.status, 7) << exited.output;
  EXPECT_TRUE(Contains(exited.output, "ferry launch: rank 1 (pid ")) << exited.output;
  EXPECT_TRUE(Contains(exited.output, "ended with status 7; ending the others")) << exited.output;
  const Outcome killed = Launch("-n 2 sh -c '[ $FERRY_RANK = 0 ] && kill -9 $$; sleep 60'");
  EXPECT_EQ(killed.status, 137) << killed.output;
  EXPECT_TRUE(Contains(killed.output, "was ended by signal 9 (Killed)")) << killed.output;
}

TEST(FerryLaunch, PassesSignalsOn) {
  const Outcome outcome = Launch(
      "-n 1 sh -c 'trap \"echo told; exit 5\" TERM; kill -TERM $PPID; "
      "while :; do sleep 0.05; done'");
  EXPECT_EQ(outcome.status, 5) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "told\n")) << outcome.output;
}

// Its processes would keep the pipe open, and this would wait a minute.
TEST(FerryLaunch, ItsProcessesDieWithIt) {
  const auto start = std::chrono::steady_clock::now();
  (void)Launch("-n 2 sh -c '[ $FERRY_RANK = 1 ] && kill -KILL $PPID; exec sleep 60'");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST(FerryLaunch, SeesTheEndOfItsProcessesWhereItsParentIgnoredThem) {
  const Outcome outcome = RunShell("env --ignore-signal=CHLD " + std::string(FERRY_TOOL_PATH) +
                                   " launch -n 2 sh -c 'exit $FERRY_RANK'");
  EXPECT_EQ(outcome.status, 1) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "rank 1 (pid ")) << outcome.output;
}

TEST(FerryLaunch, WhatCannotBeStartedIsNamed) {
  const Outcome outcome = Launch("-n 2 /no/such/program");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.output,
            "ferry launch: cannot run /no/such/program: No such file or directory\n");
  EXPECT_EQ(Launch("-n 2").output, "ferry launch: PROGRAM is missing\n");
  EXPECT_TRUE(Contains(Launch("-n 769 true").output, "not in range 1 to 768"));
}

}  // namespace
}  // namespace ferry::tool
