// Processes that end, leave or stop at every step: what the others hear and how soon, that they can
// go on without the lost one, and that nothing is left behind.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "faults/crew.h"
#include "faults/fault_table.h"

namespace ferry::faults {
namespace {

class Fault : public ::testing::TestWithParam<FaultCase> {};

std::string NameOfParam(const ::testing::TestParamInfo<FaultCase>& info) {
  return NameOf(info.param);
}

// What is promised, us. A stop is heard of when the limit of 1 s has passed.
std::int64_t LongestOf(const FaultCase& fault_case) {
  return IsDeath(fault_case.fault) ? 2'000'000 : 3'000'000;
}

// While joining it depends on who came when through which door a rank hears it.
bool IsHeardInPart(const FaultCase& fault_case) {
  return fault_case.heard != "ok" &&
         (fault_case.step <= Step::kAccepted || fault_case.step == Step::kAttached ||
          (fault_case.step == Step::kTicket && fault_case.fault == faults::Fault::kKillRoot));
}

void ExpectTheVictimsEnd(const FaultCase& fault_case, const RankEnd& end) {
  if (!fault_case.victim.empty()) {
    EXPECT_EQ(end.heard, fault_case.victim);
    EXPECT_EQ(end.wrong, "");
  }
  const bool dies = fault_case.victim.empty() && fault_case.fault != faults::Fault::kExit;
  if (dies)
    EXPECT_NE(end.status, 0);
  else
    EXPECT_EQ(end.status, 0);
}

// One run of the case: how long the slowest of the others took to hear of the fault, us.
std::int64_t ExpectAsTheTableSays(const FaultCase& fault_case) {
  std::fflush(nullptr);
  const Outcome outcome = RunCase(fault_case);
  EXPECT_FALSE(outcome.hung);
  EXPECT_EQ(outcome.left_behind, "");
  std::int64_t slowest = 0;
  const int victim = VictimOf(fault_case.fault);
  for (int rank = 0; rank < kRanks; ++rank) {
    SCOPED_TRACE("rank " + std::to_string(rank));
    const RankEnd& end = outcome.ranks[static_cast<std::size_t>(rank)];
    if (rank == victim) {
      ExpectTheVictimsEnd(fault_case, end);
      continue;
    }
    const bool hears_else = rank == kLateRank && !fault_case.late.empty();
    const std::string& expected = hears_else ? fault_case.late : fault_case.heard;
    if (IsHeardInPart(fault_case))
      EXPECT_NE(end.heard.find(expected), std::string::npos) << end.heard;
    else
      EXPECT_EQ(end.heard, expected);
    EXPECT_EQ(end.wrong, "");
    EXPECT_EQ(end.status, 0);
    slowest = std::max(slowest, end.took_us);
  }
  return slowest;
}

TEST_P(Fault, IsHeardByTheOthersWhoGoOnWithoutIt) {
  const FaultCase& fault_case = GetParam();
  std::int64_t slowest = ExpectAsTheTableSays(fault_case);
  if (fault_case.heard == "ok") return;
  // The table has some milliseconds. A machine that was too busy for them is asked once more.
  if (slowest >= LongestOf(fault_case)) slowest = ExpectAsTheTableSays(fault_case);
  EXPECT_LT(slowest, LongestOf(fault_case));
  NoteTime(fault_case, slowest);
}

INSTANTIATE_TEST_SUITE_P(All, Fault, ::testing::ValuesIn(AllFaultCases()), NameOfParam);

// At the end, when the times are known.
class TableWriter : public ::testing::Environment {
 public:
  void TearDown() override {
    if (const char* path = std::getenv("FERRY_FAULTS_TABLE")) std::ofstream(path) << FaultTable();
  }
};
[[maybe_unused]] const auto* const kTableWriter =
    ::testing::AddGlobalTestEnvironment(new TableWriter);

TEST(FaultTable, OfTheDocumentationIsWhatTheTestsSay) {
  std::ifstream file(FERRY_FAULTS_DOC);
  const std::string documented{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(WithoutTimes(documented), WithoutTimes(FaultTable()));
}

}  // namespace
}  // namespace ferry::faults
