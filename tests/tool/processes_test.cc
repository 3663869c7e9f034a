// `ferry run` over several processes.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "merge.h"
#include "run_shell.h"

namespace ferry::tool {
namespace {

const std::string kRun =
    std::string(FERRY_TOOL_PATH) + " run --preset mixtral-8x7b --bs 4 --text " FERRY_TEST_TEXT " ";

TEST(FerryProcesses, ShareTheRanksAndReportOnce) {
  const Outcome outcome = RunShell(kRun + "--ep 8 --tp 2 --processes 4");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "16 ranks in 4 processes")) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "every output of 16 ranks bit-equal")) << outcome.output;
  EXPECT_LE(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 12) << outcome.output;
}

TEST(FerryProcesses, AreThoseOfALauncherWhereThereIsOne) {
  const std::string root =
      " FERRY_ROOT=127.0.0.1:" + std::to_string(2000 + ::getpid() % 60000) + " ";
  const auto torch = [&](int rank) {
    const std::string number = std::to_string(rank);
    return "RANK=" + number + " WORLD_SIZE=2 LOCAL_RANK=" + number + root + kRun + "--ep 4";
  };
  const auto slurm = [&](int rank) {
    const std::string number = std::to_string(rank);
    return "SLURM_PROCID=" + number + " SLURM_NTASKS=2 SLURM_LOCALID=" + number + root + kRun +
           "--ep 4";
  };
  for (const auto& [first, second] :
       {std::pair(torch(0), torch(1)), std::pair(slurm(0), slurm(1))}) {
    const Outcome outcome = RunShell("{ " + second + " & " + first + " && wait $!; }");
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    EXPECT_TRUE(Contains(outcome.output, "4 ranks in 2 processes")) << outcome.output;
    EXPECT_TRUE(Contains(outcome.output, "every output of 4 ranks bit-equal")) << outcome.output;
  }
}

TEST(FerryProcesses, EndWhereTheParentIgnoredTheEndOfProcesses) {
  const Outcome outcome = RunShell("env --ignore-signal=CHLD " + kRun + "--ep 4 --processes 2");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "every output of 4 ranks bit-equal")) << outcome.output;
}

TEST(FerryProcesses, TellTheFirstWhatWentWrong) {
  const Outcome flipped = RunShell(kRun + "--ep 4 --processes 2 --fault flip:3");
  EXPECT_EQ(flipped.status, 1) << flipped.output;
  EXPECT_TRUE(Contains(flipped.output, "DIFFERENT: rank 3: expandX")) << flipped.output;
  const Outcome mismatch = RunShell(kRun + "--ep 4 --processes 2 --fault mismatch:moeExpertNum:1");
  EXPECT_EQ(mismatch.status, 1) << mismatch.output;
  EXPECT_TRUE(Contains(mismatch.output, "parameter moeExpertNum differs: rank 0 has 8, rank 1"))
      << mismatch.output;
}

TEST(FerryProcesses, MustDivideTheRanks) {
  const Outcome outcome = RunShell(kRun + "--ep 4 --processes 3");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.output, "ferry run: --processes is 3; must divide --ep 4 * --tp 1 = 4 ranks\n");
}

TEST(FerryProcesses, WhatCameFirstIsReported) {
  RunResult gone;
  gone.num_batches = 2;
  gone.failure = "rank(s) 3 terminated";
  RunResult cause;
  cause.num_batches = 2;
  cause.failure = "too small";
  RunResult merged = gone;
  MergeResults({TellResult(gone), TellResult(cause)}, merged);
  EXPECT_EQ(merged.failure, "too small");
  RunResult different;
  different.num_batches = 1;
  different.difference = "rank 1 differs";
  MergeResults({TellResult(gone), TellResult(different)}, merged);
  EXPECT_EQ(merged.difference, "rank 1 differs");
  EXPECT_FALSE(merged.failure.has_value());
  EXPECT_EQ(merged.num_batches, 1);
}

TEST(FerryProcesses, OneThatEndsWithoutAResultIsNamed) {
  RunResult result;
  MergeResults({TellResult(result), ""}, result);
  EXPECT_EQ(result.failure, "process 1 ended without a result");
}

TEST(FerryProcesses, ABatchTakesAsLongAsInTheSlowest) {
  RunResult one;
  one.dispatch.seconds = {1, 5};
  RunResult other;
  other.dispatch.seconds = {2, 4};
  MergeResults({TellResult(one), TellResult(other)}, one);
  EXPECT_EQ(one.dispatch.seconds, (std::vector<double>{2, 5}));
}

}  // namespace
}  // namespace ferry::tool
