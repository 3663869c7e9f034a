// From a call to the flags of `ferry check` and back: every rule has the same verdict.
#include "ops/call_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "check_flags.h"
#include "ops/combine_rules.h"
#include "ops/dispatch_rules.h"
#include "ops/documented.h"

namespace ferry::tool {
namespace {

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
    if (Below(12) == 0) call.group_ep = {};
    if (Below(12) == 0) call.group_tp = call.group_ep;
    if (Below(12) == 0) call.group_tp = ops::StringArg("", ops::kGroupNameBytes);
    if (Below(12) == 0) call.group_tp = {};
    if (Below(12) == 0)
      call.group_tp = ops::StringArg(std::string(200, 'n').c_str(), ops::kGroupNameBytes);
    if (Below(12) == 0) call.facts.ep.reset();
    if (Below(12) == 0) call.facts.ep = ops::GroupFacts{.rank = Number(), .size = Number()};
    if (Below(12) == 0) call.facts.tp.reset();
    if (Below(12) == 0) call.facts.buffer_mib = Number();
    if (Below(12) == 0) call.workspace_size_given = false;
    if (Below(12) == 0) call.executor_given = false;
    if (Below(12) == 0) call.facts.strict = true;
    if (Below(12) == 0) SetProduct("a2", call.facts);
    if (Below(12) == 0) SetProduct("a 9", call.facts);
    if (Below(12) == 0) call.facts.device = 3;
    if (Below(12) == 0) LoseDevice(call.facts);
  }

 private:
  static void SetProduct(const std::string& text, ops::Facts& facts) {
    facts.product = env::ParseProduct(text);
    facts.product_text = text;
  }

  static void LoseDevice(ops::Facts& facts) {
    facts.device.reset();
    facts.ep.reset();
    facts.tp.reset();
  }

  std::mt19937 random_;
};

AnyCall CallOfMessage(const std::string& message) {
  CLI::App app;
  CheckRequest request;
  AddCallOptions(app, request);
  app.parse(std::vector<std::string>{message, "--env"});  // from the back, as the library wants
  return MakeCall(ReadRequest(app, request));
}

// The same verdict of every rule on a call and on what `ferry check` makes of its text.
template <class Call>
void ExpectTextSaysAll(const ops::Rules<Call>& rules, const Call& call) {
  const std::string command = ops::CheckCommand(call);
  SCOPED_TRACE(command);
  const Call again = std::get<Call>(CallOfMessage(command));
  for (const ops::Rule<Call>& rule : rules)
    ASSERT_EQ(ops::Evaluate(rule, call), ops::Evaluate(rule, again)) << rule.id;
  ASSERT_EQ(call.facts.strict, again.facts.strict);
  ASSERT_EQ(call.facts.product_text, again.facts.product_text);
  ASSERT_EQ(call.facts.device.has_value(), again.facts.device.has_value());
  if (!call.facts.ep) {
    ASSERT_EQ(call.facts.device, again.facts.device);
  }
  if (call.group_ep.text.empty()) {
    ASSERT_EQ(call.group_ep.given, again.group_ep.given);
  }
  if (call.has_tp() && call.group_tp.text.empty()) {
    ASSERT_EQ(call.group_tp.given, again.group_tp.given);
  }
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

TEST(CallText, IsFoundInAMessage) {
  const std::string line = "ferry check --op dispatch --ep 2 --moe-experts 4 --bs 2 --h 1024 --k 2";
  const auto ranks = [&](const std::string& message) {
    return std::get<ops::DispatchCall>(CallOfMessage(message)).ep_world_size;
  };
  EXPECT_EQ(ranks("[ferry] every rule of this call: " + line + "\ndispatch failed: --ep 4\n"), 2);
  EXPECT_EQ(ranks("12:00 " + line + " \r\n" + line + " --ep 4\n"), 2);  // the first
  EXPECT_THROW((void)ranks("ferry check"), std::invalid_argument);
  EXPECT_THROW((void)ranks(line + " --comm-alg 'a"), std::invalid_argument);
  EXPECT_THROW((void)ranks(line + " --epp 2"), std::invalid_argument);
  EXPECT_THROW((void)ranks(line + " --from x"), std::invalid_argument);
}

}  // namespace
}  // namespace ferry::tool
