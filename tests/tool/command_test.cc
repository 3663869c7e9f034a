// The `ferry` program, run as a user runs it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "run_shell.h"

namespace ferry::tool {
namespace {

// A run small enough for the sanitizers: 2 experts a rank would not fit TP, so EP 8 or 4 of
// mixtral.
Outcome RunSmall(const std::string& flags) {
  return RunShell(std::string(FERRY_TOOL_PATH) +
                  " run --preset mixtral-8x7b --bs 4 --text " FERRY_TEST_TEXT " " + flags);
}
TEST(FerryRun, CarriesATextAndFindsEveryOutputEqual) {
  const Outcome outcome = RunSmall("--ep 4");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "every output of 4 ranks bit-equal")) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "of a plain copy")) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "load max/mean")) << outcome.output;
  EXPECT_LE(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 12) << outcome.output;
}

TEST(FerryRun, WorksWithTensorParallelPairs) {
  const Outcome outcome = RunSmall("--ep 8 --tp 2");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "every output of 16 ranks bit-equal")) << outcome.output;
}

TEST(FerryRun, SizesHcclBuffsizeUnlessTheUserHasSetIt) {
  EXPECT_TRUE(Contains(RunSmall("--ep 4").output, "sized for this run"));
  const Outcome set = RunShell(std::string("HCCL_BUFFSIZE=300 ") + FERRY_TOOL_PATH +
                               " run --preset mixtral-8x7b --ep 4 --bs 4 --text " FERRY_TEST_TEXT);
  EXPECT_EQ(set.status, 0) << set.output;
  EXPECT_TRUE(Contains(set.output, "HCCL_BUFFSIZE 300 MiB, as you have set it")) << set.output;
}

TEST(FerryRun, TooSmallABufferIsRefusedWithTheSizeThatIsNeeded) {
  const Outcome outcome =
      RunShell(std::string("HCCL_BUFFSIZE=1 ") + FERRY_TOOL_PATH +
               " run --preset mixtral-8x7b --ep 4 --bs 4 --text " FERRY_TEST_TEXT);
  EXPECT_EQ(outcome.status, 1) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "HCCL_BUFFSIZE")) << outcome.output;
}

TEST(FerryRun, AnAbsentRankIsNamedByTheHangLineAndByTheError) {
  const Outcome outcome = RunSmall("--ep 4 --fault absent:3");
  EXPECT_EQ(outcome.status, 1) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "rank(s) 3 did not arrive within 3 s")) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "has waited 1 s for rank(s) 3")) << outcome.output;
}

TEST(FerryRun, AFailureOfManyRanksFitsOnAScreen) {
  for (const std::string flags : {"--ep 8 --tp 2 --fault absent:3", "--ep 8 --tp 2 --fault flip:1",
                                  "--ep 8 --fault mismatch:commAlg:5"}) {
    const Outcome outcome = RunSmall(flags);
    EXPECT_EQ(outcome.status, 1) << outcome.output;
    EXPECT_LE(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 12) << outcome.output;
  }
}

TEST(FerryRun, AMismatchNamesParameterRanksAndValues) {
  const Outcome experts = RunSmall("--ep 4 --fault mismatch:moeExpertNum:2");
  EXPECT_EQ(experts.status, 1) << experts.output;
  EXPECT_TRUE(
      Contains(experts.output, "parameter moeExpertNum differs: rank 0 has 8, rank 2 has 12"))
      << experts.output;
  for (const std::string parameter : {"globalBs", "commAlg", "HCCL_BUFFSIZE", "H"}) {
    const Outcome outcome = RunSmall("--ep 4 --fault mismatch:" + parameter + ":1");
    EXPECT_EQ(outcome.status, 1) << outcome.output;
    EXPECT_TRUE(Contains(outcome.output, "parameter " + parameter + " differs: rank 0 has "))
        << outcome.output;
  }
}

TEST(FerryRun, AMismatchReachesTheMeetingWithTheDefaultModelToo) {
  const Outcome outcome = RunShell(std::string(FERRY_TOOL_PATH) + " run --text " FERRY_TEST_TEXT
                                                                  " --fault mismatch:globalBs:3");
  EXPECT_EQ(outcome.status, 1) << outcome.output;
  EXPECT_TRUE(
      Contains(outcome.output, "parameter globalBs differs: rank 0 has 512, rank 3 has 1024"))
      << outcome.output;
}

TEST(FerryRun, AFlippedBitIsExplained) {
  const Outcome outcome = RunSmall("--ep 4 --fault flip:1");
  EXPECT_EQ(outcome.status, 1) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "DIFFERENT: rank 1: expandX row")) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "(bits 0x0010 differ)")) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "the row is token")) << outcome.output;
}

TEST(FerryRun, WritesTheResultAsJson) {
  const auto path = std::filesystem::temp_directory_path() / "ferry_run_test.json";
  const Outcome outcome = RunSmall("--ep 4 --json " + path.string());
  ASSERT_EQ(outcome.status, 0) << outcome.output;
  const auto json = nlohmann::json::parse(std::ifstream(path));
  EXPECT_TRUE(json.at("equal").get<bool>());
  EXPECT_GT(json.at("dispatch").at("rows").get<std::int64_t>(), 0);
  EXPECT_EQ(json.at("dispatch").at("bytes").get<std::int64_t>(),
            json.at("dispatch").at("rows").get<std::int64_t>() * 4096 * 2);
  EXPECT_GT(json.at("combine").at("ratio_to_copy").get<double>(), 0.0);
  std::int64_t rows = 0;  // that the ranks say they have read from each other
  ASSERT_EQ(json.at("traffic").size(), 4U);
  for (const auto& rank : json.at("traffic"))
    for (const auto& from : rank.at("rows_from")) rows += from.get<std::int64_t>();
  EXPECT_EQ(rows, json.at("dispatch").at("rows").get<std::int64_t>() +
                      json.at("combine").at("rows").get<std::int64_t>());
  std::filesystem::remove(path);
}

TEST(FerryRun, RefusesWhatCannotBeRunAndNamesTheRange) {
  const Outcome ep = RunSmall("--ep 3");
  EXPECT_EQ(ep.status, 2) << ep.output;
  EXPECT_TRUE(Contains(ep.output, "--ep is 3; must divide the 8 experts")) << ep.output;
  EXPECT_EQ(RunSmall("--ep 1").status, 2);
  EXPECT_EQ(RunSmall("--ep 4 --tp 2").status, 2);
  EXPECT_EQ(RunSmall("--ep 4 --bs 513").status, 2);
  EXPECT_EQ(RunSmall("--ep 4 --fault absent:9").status, 2);
  EXPECT_EQ(RunSmall("--ep 4 --preset none").status, 2);
  EXPECT_EQ(RunSmall("--no-such-flag").status, 2);
  EXPECT_EQ(RunShell(std::string(FERRY_TOOL_PATH) + " run --help").status, 0);
}

TEST(FerryRun, ReadsHcclBuffsizeAsTheOperatorsDo) {
  const Outcome outcome =
      RunShell(std::string("HCCL_BUFFSIZE=none ") + FERRY_TOOL_PATH +
               " run --preset mixtral-8x7b --ep 4 --bs 4 --text " FERRY_TEST_TEXT);
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "HCCL_BUFFSIZE 200 MiB, as you have set it"))
      << outcome.output;
}

TEST(FerryRun, NamesTheProductThatIsSet) {
  EXPECT_TRUE(Contains(RunSmall("--ep 4").output, "product A3"));
  const Outcome outcome =
      RunShell(std::string("FERRY_PRODUCT=a2 ") + FERRY_TOOL_PATH +
               " run --preset mixtral-8x7b --ep 4 --bs 4 --text " FERRY_TEST_TEXT);
  EXPECT_TRUE(Contains(outcome.output, "product A2")) << outcome.output;
}

TEST(FerryRun, ASeedIsNotBelowZero) {
  const Outcome outcome = RunSmall("--ep 4 --seed=-5");
  EXPECT_EQ(outcome.status, 2) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "--seed")) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "-5")) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "must be 0 or more")) << outcome.output;
}

TEST(FerryRun, AFolderIsNoText) {
  const Outcome outcome =
      RunShell(std::string(FERRY_TOOL_PATH) + " run --preset mixtral-8x7b --text /etc");
  EXPECT_EQ(outcome.status, 2) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "--text is '/etc', which cannot be read: Is a directory"))
      << outcome.output;
}

TEST(FerryRun, AJsonPathThatCannotBeWrittenIsFoundBeforeTheRun) {
  const Outcome outcome = RunSmall("--ep 4 --json /no/such/folder/result.json");
  EXPECT_EQ(outcome.status, 2) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "--json is '/no/such/folder/result.json'"))
      << outcome.output;
  EXPECT_FALSE(Contains(outcome.output, "bit-equal")) << outcome.output;
}

TEST(FerryRun, ARunThatCannotBeginLeavesNoFileAndKeepsAnOldOne) {
  const auto path = std::filesystem::temp_directory_path() / "ferry_run_kept_test.json";
  std::filesystem::remove(path);
  EXPECT_EQ(RunSmall("--ep 3 --json " + path.string()).status, 2);
  EXPECT_FALSE(std::filesystem::exists(path));
  std::ofstream(path) << "old";
  EXPECT_EQ(RunSmall("--ep 3 --json " + path.string()).status, 2);
  EXPECT_EQ(std::filesystem::file_size(path), 3U);
  std::filesystem::remove(path);
}

TEST(FerryRun, TooFewDevicesAreAnsweredWithTheNumberThatIsNeeded) {
  const Outcome outcome =
      RunShell(std::string("FERRY_DEVICE_COUNT=4 ") + FERRY_TOOL_PATH +
               " run --preset mixtral-8x7b --ep 8 --tp 2 --text " FERRY_TEST_TEXT);
  EXPECT_EQ(outcome.status, 2) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output,
                       "FERRY_DEVICE_COUNT is 4; must be at least --ep 8 * --tp 2 = 16, or unset"))
      << outcome.output;
}

// The tool and the library it links each have their own copy of what reads the environment.
TEST(FerryRun, AVariableThatMakesNoSenseIsReportedOnce) {
  for (const std::string variable : {"FERRY_STRICT=yes", "FERRY_DEVICE_COUNT=many"}) {
    const Outcome outcome =
        RunShell(variable + " " + FERRY_TOOL_PATH +
                 " run --preset mixtral-8x7b --ep 4 --bs 4 --text " FERRY_TEST_TEXT);
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    const std::string report = variable.substr(0, variable.find('=')) + " is \"";
    const std::size_t at = outcome.output.find(report);
    ASSERT_NE(at, std::string::npos) << outcome.output;
    EXPECT_EQ(outcome.output.find(report, at + 1), std::string::npos) << outcome.output;
  }
}

TEST(FerryExplain, PrintsARuleOrSuggestsOne) {
  const std::string explain = std::string(FERRY_TOOL_PATH) + " explain";
  EXPECT_EQ(RunShell(explain).status, 0);
  const Outcome known = RunShell(explain + " dispatch-A3-30");
  EXPECT_EQ(known.status, 0) << known.output;
  EXPECT_TRUE(Contains(known.output, "must be 1 to 16 and at most E")) << known.output;
  const Outcome unknown = RunShell(explain + " dispatch-A3-99");
  EXPECT_EQ(unknown.status, 2) << unknown.output;
  EXPECT_TRUE(Contains(unknown.output, "did you mean")) << unknown.output;
}

TEST(FerryInfo, TellsVersionProductDevicesInstructionSetsAndMemory) {
  const Outcome outcome = RunShell(std::string(FERRY_TOOL_PATH) + " info");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  for (const char* word :
       {"version", "product", "Ascend910_9391", "devices", "instruction set", "device memory"}) {
    EXPECT_TRUE(Contains(outcome.output, word)) << word << " in " << outcome.output;
  }
}

}  // namespace
}  // namespace ferry::tool
