// `ferry check`: from flags or JSON to every rule's verdict, and from a call back to flags.
#include "check_result.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>

#include "check_report.h"
#include "ops/call_text.h"
#include "ops/combine_rules.h"
#include "ops/dispatch_rules.h"
#include "ops/documented.h"

namespace ferry::tool {
namespace {

using Verdict = RuleResult::Verdict;

constexpr const char* kSample =
    "--op dispatch --ep 8 --tp 2 --moe-experts 7 --shared-experts 1 --shared-ranks 1 --bs 8 "
    "--h 7168 --k 3 --global-bs 64 --buffsize 200";

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

AnyCall CallOf(const std::string& flags) {
  CLI::App app;
  CheckRequest request;
  AddCallOptions(app, request);
  app.parse(flags);
  return MakeCall(ReadRequest(app, request));
}

CheckResult ResultOf(const std::string& flags) {
  return CheckCall(CallOf(flags));
}

std::string Refusal(const std::string& flags) {
  try {
    (void)CallOf(flags);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
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

class JsonFile {
 public:
  explicit JsonFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() / "ferry_check_test.json") {
    std::ofstream(path_) << text;
  }
  JsonFile(const JsonFile&) = delete;
  JsonFile& operator=(const JsonFile&) = delete;
  ~JsonFile() { std::filesystem::remove(path_); }
  [[nodiscard]] std::string flag() const { return "--from " + path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(Check, JsonSaysWhatFlagsSay) {
  const JsonFile file(R"({"op": "dispatch", "ep": 8, "moe-experts": 8, "bs": 4, "h": 1024, "k": 2,
                          "mask": "2d", "strict": true, "given": ["expertScales"],
                          "shape": {"expandX": [64, 1024]}, "offset": {"x": 5}})");
  const auto from_json = std::get<ops::DispatchCall>(CallOf(file.flag()));
  const auto from_flags = std::get<ops::DispatchCall>(
      CallOf("--op dispatch --ep 8 --moe-experts 8 --bs 4 --h 1024 --k 2 --mask 2d --strict "
             "--given expertScales --shape expandX=64,1024 --offset x=5"));
  EXPECT_EQ(ops::CheckCommand(from_json), ops::CheckCommand(from_flags));
  EXPECT_TRUE(from_json.facts.strict);
  const auto changed = std::get<ops::DispatchCall>(CallOf(file.flag() + " --k 3 --offset x=7"));
  EXPECT_EQ(changed.top_k(), 3);
  EXPECT_EQ(changed.x->offset, 7);
  EXPECT_EQ(changed.expand_x->dims.at(0), 64);
}

TEST(Check, JsonThatIsNoneOrHoldsUnknownNamesIsRefused) {
  EXPECT_TRUE(Contains(Refusal(JsonFile("[1]").flag()), "holds no JSON object"));
  EXPECT_TRUE(Contains(Refusal(JsonFile("{").flag()), "holds no JSON object"));
  EXPECT_TRUE(Contains(Refusal(JsonFile(R"({"epp": 8})").flag()), "epp"));
  EXPECT_TRUE(Contains(Refusal("--from /no/such/file"), "cannot be read"));
}

TEST(Check, WhatMakesNoSenseIsRefusedWithWhatWould) {
  const std::string sizes = " --ep 2 --moe-experts 4 --bs 2 --h 1024 --k 2";
  EXPECT_TRUE(Contains(Refusal("--op gather" + sizes), "must be dispatch or combine"));
  EXPECT_TRUE(Contains(Refusal("--op dispatch --ep 8"), "--moe-experts, --bs, --h, --k missing"));
  EXPECT_TRUE(
      Contains(Refusal("--op dispatch --shape y=1" + sizes), "must be one of x, expertIds"));
  EXPECT_TRUE(Contains(Refusal("--op dispatch --shape x" + sizes), "must be NAME=VALUE"));
  EXPECT_TRUE(Contains(Refusal("--op dispatch --shape x=1,a" + sizes), "must be an integer"));
  EXPECT_TRUE(Contains(Refusal("--op dispatch --type x=half" + sizes), "must be fp32"));
  EXPECT_TRUE(Contains(Refusal("--op dispatch --mask 3d" + sizes), "must be 1d or 2d"));
  EXPECT_TRUE(Contains(Refusal("--op dispatch --ep-group 1,2,3" + sizes), "SIZE,RANK"));
}

// Calls near valid ones and far from them.
class Random {
 public:
  explicit Random(std::uint32_t seed) : random_(seed) {}

  std::size_t Below(std::size_t n) { return random_() % n; }

  std::int64_t Number() {
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t kNumbers[] = {kMin, -1, 0,  1,   2,    3,    4,         5,
                                         8,    16, 17, 513, 1024, 8192, 1LL << 40, kMax};
    return kNumbers[Below(std::size(kNumbers))];
  }

  template <class Call>
  void Spoil(Call& call) {
    const auto& tensors = ops::DocumentedTensors<Call>();
    ops::OptionalTensor& tensor = call.*tensors[Below(tensors.size())].param.member;
    switch (Below(10)) {
      case 0:
        tensor.reset();
        return;
      case 1:
        tensor.emplace().alive = false;
        return;
      case 2:
        tensor = ops::ContiguousTensor({Number(), Number()}, DType::kFloat32);
        return;
      case 3:
        tensor = ops::ContiguousTensor({4}, static_cast<DType>(Below(30)));
        return;
      default:
        break;
    }
    if (!tensor || !tensor->alive) return;
    const auto data = reinterpret_cast<std::uintptr_t>(tensor->data);
    switch (Below(6)) {
      case 0:
        tensor->data = nullptr;
        return;
      case 1:
        if (tensor->data != nullptr && data % 64 == 0) ++tensor->data;
        return;
      case 2:
        if (!tensor->dims.empty()) tensor->dims[Below(tensor->dims.size())] = Number();
        return;
      case 3:
        tensor->format = ops::kFormatFractalNz;
        return;
      case 4:
        tensor->offset = Number();
        return;
      default:
        tensor->allocation = ops::MemoryRange{data - Below(64), data + Below(100'000)};
        return;
    }
  }

  void SpoilAttributes(ops::MoeCall& call) {
    for (auto member :
         {&ops::MoeCall::ep_world_size, &ops::MoeCall::ep_rank_id, &ops::MoeCall::moe_expert_num,
          &ops::MoeCall::tp_world_size, &ops::MoeCall::tp_rank_id, &ops::MoeCall::shared_expert_num,
          &ops::MoeCall::shared_expert_rank_num, &ops::MoeCall::global_bs,
          &ops::MoeCall::expert_shard_type}) {
      if (Below(12) == 0) call.*member = Number();
    }
    if (Below(12) == 0) call.comm_alg = ops::StringArg("fullmesh_v2", ops::kCommAlgBytes);
    if (Below(12) == 0) call.comm_alg = ops::StringArg("a b'c", ops::kCommAlgBytes);
    if (Below(12) == 0) call.group_ep = ops::StringArg("", ops::kGroupNameBytes);
    if (Below(12) == 0) call.group_tp = call.group_ep;
    if (Below(12) == 0)
      call.group_tp = ops::StringArg(std::string(200, 'n').c_str(), ops::kGroupNameBytes);
    if (Below(12) == 0) call.facts.ep.reset();
    if (Below(12) == 0) call.facts.ep = ops::GroupFacts{.rank = Number(), .size = Number()};
    if (Below(12) == 0) call.facts.tp.reset();
    if (Below(12) == 0) call.facts.buffer_mib = Number();
    if (Below(12) == 0) call.workspace_size_given = false;
    if (Below(12) == 0) call.executor_given = false;
    if (Below(12) == 0) call.facts.strict = true;
  }

 private:
  std::mt19937 random_;
};

// The same verdict of every rule on a call and on what `ferry check` makes of its text.
template <class Call>
void ExpectTextSaysAll(const ops::Rules<Call>& rules, const Call& call) {
  const std::string command = ops::CheckCommand(call);
  SCOPED_TRACE(command);
  const std::string program = "ferry check ";
  ASSERT_EQ(command.rfind(program, 0), 0U);
  // The shell's way to write a quote inside quotes is not that of the library of options.
  std::string flags = command.substr(program.size());
  if (const std::size_t at = flags.find("'a b'\\''c'"); at != std::string::npos)
    flags.replace(at, 10, "\"a b'c\"");
  const Call again = std::get<Call>(CallOf(flags));
  for (const ops::Rule<Call>& rule : rules)
    ASSERT_EQ(ops::Evaluate(rule, call), ops::Evaluate(rule, again)) << rule.id;
  ASSERT_EQ(call.facts.strict, again.facts.strict);
}

template <class Call>
void ExpectTextSaysAll(std::uint32_t seed, const std::string& flags,
                       const ops::Rules<Call>& rules) {
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  Random random(seed);
  const Call base = std::get<Call>(CallOf(flags));
  for (int i = 0; i < 2000; ++i) {
    Call call = base;
    if (i % 2 == 0) random.SpoilAttributes(call);
    for (std::size_t n = random.Below(4); n > 0; --n) random.Spoil(call);
    ExpectTextSaysAll(rules, call);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(CallText, OfDispatchGivesEveryRuleTheSameVerdict) {
  ExpectTextSaysAll<ops::DispatchCall>(20251124, kSample, ops::DispatchRules());
}

TEST(CallText, OfCombineGivesEveryRuleTheSameVerdict) {
  ExpectTextSaysAll<ops::CombineCall>(
      20251125, "--op combine --ep 4 --moe-experts 8 --bs 4 --h 1024 --k 2 --given sharedExpertX",
      ops::CombineRules());
}

TEST(CallText, LeavesOutWhatIsAsDocumented) {
  EXPECT_EQ(ops::CheckCommand(std::get<ops::DispatchCall>(CallOf(
                "--op dispatch --ep 2 --moe-experts 4 --bs 2 --h 1024 --k 2 --buffsize 200"))),
            "ferry check --op dispatch --ep 2 --ep-rank 0 --moe-experts 4 --bs 2 --h 1024 --k 2 "
            "--buffsize 200");
}

}  // namespace
}  // namespace ferry::tool
