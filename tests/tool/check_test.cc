// `ferry check`: the verdict of every rule, the window and the memory of a call.
#include "check_result.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "check_flags.h"
#include "check_report.h"
#include "ops/dispatch_rules.h"

namespace ferry::tool {
namespace {

using Verdict = RuleResult::Verdict;

CheckResult ResultOf(const std::string& flags) {
  return CheckCall(CallOf(flags));
}

const RuleResult& RowOf(const CheckResult& result, const std::string& id) {
  for (const RuleResult& row : result.rules) {
    if (row.id == id) return row;
  }
  throw std::out_of_range(id);
}

TEST(Check, TheSampleOfTheInterfaceDocumentPassesEveryRule) {
  for (const std::string rank : {"0", "1", "7"}) {
    const CheckResult result = ResultOf(std::string(kSample) + " --strict --ep-rank " + rank);
    EXPECT_FALSE(result.answer) << result.rules[*result.answer].id;
    EXPECT_EQ(result.rules.size(), ops::DispatchRules().size());
  }
}

TEST(Check, EveryRowHasItsValueAndLimit) {
  const CheckResult result = ResultOf(kSample);
  for (const RuleResult& row : result.rules) {
    EXPECT_EQ(row.value.empty(), row.verdict == Verdict::kDoesNotApply) << row.id;
    EXPECT_EQ(row.limit.empty(), row.verdict == Verdict::kDoesNotApply) << row.id;
  }
  EXPECT_EQ(RowOf(result, "dispatch-A3-30").value, "3");
  EXPECT_EQ(RowOf(result, "dispatch-A3-30").limit, "must be in [1, min(16, moeExpertNum = 7)]");
  EXPECT_EQ(RowOf(result, "dispatch-0-1a").value, "a tensor [8, 7168]");
  EXPECT_EQ(RowOf(result, "dispatch-A3-13").value, "0");
  EXPECT_EQ(RowOf(result, "dispatch-A3-17a").value, "2");
}

TEST(Check, TheFirstFailureIsTheAnswerAndWhatHoldsBehindItIsNotReached) {
  const CheckResult result = ResultOf(std::string(kSample) + " --k 17 --shape x=8,9000");
  ASSERT_TRUE(result.answer);
  EXPECT_EQ(result.rules[*result.answer].id, "dispatch-A3-28");
  EXPECT_EQ(RowOf(result, "dispatch-A3-30").verdict, Verdict::kFails);
  EXPECT_EQ(RowOf(result, "dispatch-A3-24").verdict, Verdict::kOk);
  EXPECT_EQ(RowOf(result, "dispatch-A3-29").verdict, Verdict::kNotReached);
}

// The vector of the specification, section 13.8: 64 tokens take exactly 2 MiB, 65 a little more.
TEST(Check, TellsTheWindowWithItsTerms) {
  const std::string flags =
      "--op dispatch --ep 2 --moe-experts 2 --h 2560 --k 1 --buffsize 2 --bs ";
  const CheckResult fits = ResultOf(flags + "64");
  EXPECT_FALSE(fits.answer);
  EXPECT_EQ(fits.window.bytes, 2'097'152);
  EXPECT_EQ(fits.window.needed_mib, 2);
  const CheckResult exceeds = ResultOf(flags + "65");
  EXPECT_EQ(exceeds.window.needed_mib, 3);
  EXPECT_TRUE(
      Contains(FormatCheck(exceeds, false),
               "2 * (maxBs 65 * ep 2 * L 1 * row 5632 + maxBs 65 * (K 1 + S 0) * back 5120) "
               "= 2129920 bytes"))
      << FormatCheck(exceeds, false);
}

TEST(Check, TheLeastBufferIsWhatTheCallNeeds) {
  const std::string flags = "--op dispatch --ep 2 --h 2560 --k 1 --buffsize 1 ";
  const auto limit = [&](const std::string& sizes) {
    return RowOf(ResultOf(flags + sizes), "dispatch-A3-40a").limit;
  };
  EXPECT_EQ(limit("--moe-experts 2 --bs 65"),
            "must be at least 3 MiB: the window of these sizes takes 2129920 bytes; set "
            "HCCL_BUFFSIZE=3 on every rank");
  EXPECT_EQ(limit("--moe-experts 2 --bs 64"),
            "must be at least 2 MiB; set HCCL_BUFFSIZE=2 on every rank");
  EXPECT_EQ(limit("--moe-experts 2 --bs 1"),
            "must be at least 2 MiB; set HCCL_BUFFSIZE=2 on every rank");
  EXPECT_EQ(limit("--moe-experts 2 --bs 65 --shared-ranks 1"),
            "must be at least 2 MiB; set HCCL_BUFFSIZE=2 on every rank");  // no layout
}

TEST(Check, MeasuresEveryTensorThatIsGiven) {
  const CheckResult result =
      ResultOf("--op dispatch --ep 8 --moe-experts 256 --bs 64 --h 7168 --k 8");
  std::int64_t sum = 0;
  for (const TensorMemory& tensor : result.tensors) sum += tensor.bytes;
  EXPECT_EQ(sum, result.total_bytes);
  EXPECT_EQ(result.capacity, 4096);
  EXPECT_EQ(result.tensors.size(), 7U);
  EXPECT_EQ(result.tensors[2].name, "expandX");
  EXPECT_EQ(result.tensors[2].bytes, 4096 * 7168 * 2);
}

TEST(Check, ANullAddressIsForPhaseTwoToRefuse) {
  const CheckResult result = ResultOf(std::string(kSample) + " --no-data x --no-data expandX");
  EXPECT_FALSE(result.answer);
  ASSERT_TRUE(result.launch);
  EXPECT_EQ(result.rules[*result.launch].id, "dispatch-A3-data-x");
  EXPECT_EQ(RowOf(result, "dispatch-A3-data-expandX").verdict, Verdict::kRefusedAtLaunch);
  EXPECT_EQ(RowOf(result, "dispatch-A3-data-expertIds").verdict, Verdict::kOk);
  EXPECT_EQ(RowOf(result, "dispatch-A3-align-x").verdict, Verdict::kDoesNotApply);
  EXPECT_EQ(RowOf(result, "dispatch-A3-memory-x").verdict, Verdict::kDoesNotApply);
  const std::string text = FormatCheck(result, false);
  EXPECT_TRUE(Contains(text, "phase 2 returns 161001 [dispatch-A3-data-x]")) << text;
  EXPECT_TRUE(Contains(text,
                       "refused by phase 2 unless an address is set in between\n"
                       "  dispatch-A3-data-x "))
      << text;
  const auto json = nlohmann::json::parse(FormatCheckJson(result));
  EXPECT_EQ(json.at("accepted"), true);
  EXPECT_EQ(json.at("phase2_returns"), 161001);
  EXPECT_EQ(json.at("phase2_refused_by"), "dispatch-A3-data-x");
}

TEST(Check, PhaseTwoIsNotAskedOfACallThatPhaseOneRefuses) {
  const CheckResult result = ResultOf(std::string(kSample) + " --no-data x --k 17");
  ASSERT_TRUE(result.answer);
  EXPECT_EQ(FormatCheck(result, false).find("phase 2 returns"), std::string::npos);
  EXPECT_FALSE(nlohmann::json::parse(FormatCheckJson(result)).contains("phase2_returns"));
}

TEST(Check, ReportsFailingRowsFirstAndAllOnRequest) {
  const CheckResult result = ResultOf(std::string(kSample) + " --k 17");
  const std::string brief = FormatCheck(result, false);
  EXPECT_EQ(brief.rfind("FAILS\n  dispatch-A3-30 ", 0), 0U) << brief;
  EXPECT_FALSE(Contains(brief, "dispatch-A3-1 ")) << brief;
  EXPECT_TRUE(Contains(brief, "phase 1 returns 561002 [dispatch-A3-30]")) << brief;
  const std::string all = FormatCheck(result, true);
  for (const RuleResult& row : result.rules) EXPECT_TRUE(Contains(all, "  " + row.id + " "));
}

TEST(Check, WritesEveryRowAsJson) {
  const CheckResult result = ResultOf(std::string(kSample) + " --k 17");
  const auto json = nlohmann::json::parse(FormatCheckJson(result));
  EXPECT_EQ(json.at("rules").size(), result.rules.size());
  EXPECT_EQ(json.at("refused_by"), "dispatch-A3-30");
  EXPECT_EQ(json.at("returns"), 561002);
  EXPECT_EQ(json.at("window").at("hccl_buffsize_needed_mib"), result.window.needed_mib);
  EXPECT_EQ(json.at("memory_bytes"), result.total_bytes);
}
}  // namespace
}  // namespace ferry::tool
