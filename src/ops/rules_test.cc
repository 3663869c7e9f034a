// The two tables of rows, evaluated without ranks: order, codes, and safety on any arguments. What
// each row accepts and refuses is tested through the C API, tests/conformance/wrong_calls_test.cc.
#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>
#include <string>

#include "ops/combine_contract.h"
#include "ops/combine_rules.h"
#include "ops/dispatch_contract.h"
#include "ops/dispatch_rules.h"
#include "ops/example_calls.h"
#include "ops/strict_rules.h"

namespace ferry::ops {
namespace {

using testing::MakeCombineCall;
using testing::MakeDispatchCall;
using testing::MakeTensor;

template <class Call>
std::string FirstId(const Rules<Call>& rules, const Call& call) {
  const Rule<Call>* failure = FirstFailure(rules, call);
  return failure == nullptr ? "" : failure->id;
}

template <class Call>
void ExpectUniqueIds(const Rules<Call>& rules) {
  std::set<std::string> seen;
  for (const Rule<Call>& rule : rules) EXPECT_TRUE(seen.insert(rule.id).second) << rule.id;
}

TEST(Rules, IdsAreUnique) {
  ExpectUniqueIds(DispatchRules());
  ExpectUniqueIds(CombineRules());
}

TEST(StrictRules, LetTheStrideOfADimThatIsNeverSteppedOverBeAnything) {
  EXPECT_TRUE(HasNoGaps({2, 3}, {3, 1}));
  EXPECT_TRUE(HasNoGaps({1, 3}, {99, 1}));
  EXPECT_TRUE(HasNoGaps({3, 1}, {1, 7}));
  EXPECT_TRUE(HasNoGaps({4, 0}, {5, 9}));
  EXPECT_FALSE(HasNoGaps({2, 3}, {4, 1}));
  EXPECT_FALSE(HasNoGaps({2, 3}, {1, 2}));
}

TEST(Rules, TheExamplesPass) {
  EXPECT_EQ(FirstId(DispatchRules(), MakeDispatchCall()), "");
  EXPECT_EQ(FirstId(CombineRules(), MakeCombineCall()), "");
}

TEST(Rules, AnUnknownProductIsRefusedAfterItsGroupIsFound) {
  DispatchCall call = MakeDispatchCall();
  call.facts.product = env::Product::kUnknown;
  call.facts.product_text = "a9";
  EXPECT_EQ(FirstId(DispatchRules(), call), "dispatch-2-product");
  call.facts.ep.reset();
  EXPECT_EQ(FirstId(DispatchRules(), call), "dispatch-1-1");
}

TEST(Rules, ProductA2IsNotYetThere) {
  CombineCall call = MakeCombineCall();
  call.facts.product = env::Product::kA2;
  call.facts.product_text = "a2";
  const Rule<CombineCall>* failure = FirstFailure(CombineRules(), call);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->id, "combine-2-later-A2");
  EXPECT_EQ(failure->code, Code::kParamInvalid);
  EXPECT_NE(Message(*failure, call).find("not yet"), std::string::npos);
  call.expert_ids->dtype = DType::kInt64;
  EXPECT_EQ(FirstId(CombineRules(), call), "combine-2-expertIds");
}

TEST(Rules, DispatchAndCombineAnswerOverlongNamesDifferently) {
  const std::string name(128, 'n');
  DispatchCall dispatch = MakeDispatchCall();
  dispatch.group_tp = StringArg(name.c_str(), kGroupNameBytes);
  const Rule<DispatchCall>* of_dispatch = FirstFailure(DispatchRules(), dispatch);
  ASSERT_NE(of_dispatch, nullptr);
  EXPECT_EQ(of_dispatch->code, Code::kParamNullptr);
  CombineCall combine = MakeCombineCall();
  combine.group_tp = StringArg(name.c_str(), kGroupNameBytes);
  const Rule<CombineCall>* of_combine = FirstFailure(CombineRules(), combine);
  ASSERT_NE(of_combine, nullptr);
  EXPECT_EQ(of_combine->code, Code::kParamInvalid);
}

TEST(Contract, ChecksBecomeTypedViews) {
  const DispatchWork work = PrepareDispatch(MakeDispatchCall());
  EXPECT_EQ(work.input.config.ep_size, 4);
  EXPECT_EQ(work.input.config.global_batch, 8);
  EXPECT_EQ(work.input.x.row_stride, 2048);
  EXPECT_EQ(work.output.assist_info.size, 16 * 128);
  EXPECT_EQ(work.output.tp_recv_counts.data, nullptr);
}

TEST(Contract, FoldsThreeDimensionalSharedRowsWhereStridesAllow) {
  CombineCall call = MakeCombineCall();
  call.shared_expert_num = 0;
  call.shared_expert_rank_num = 0;
  call.moe_expert_num = 8;
  call.shared_expert_x = MakeTensor({2, 1, 1024}, DType::kBFloat16);
  CombineWork work = PrepareCombine(call);
  ASSERT_TRUE(work.input.shared_expert_x.has_value());
  EXPECT_EQ(work.input.shared_expert_x->rows, 2);
  EXPECT_FALSE(work.shared_expert_x.has_value());
}

// Wild values of every kind, ends of the integers included.
class Wild {
 public:
  explicit Wild(std::uint32_t seed) : random_(seed) {}

  std::int64_t Number() {
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t kInteresting[] = {kMin, kMin + 1, -1,   0,    1,         2,        3,
                                             4,    16,       1024, 8192, 1LL << 32, kMax - 1, kMax};
    return kInteresting[random_() % std::size(kInteresting)];
  }

  OptionalTensor Tensor() {
    if (random_() % 4 == 0) return std::nullopt;
    TensorArg tensor = MakeTensor({}, static_cast<DType>(random_() % 30));
    tensor.alive = random_() % 8 != 0;
    const std::size_t dims = tensor.alive ? random_() % 4 : 0;
    for (std::size_t i = 0; i < dims; ++i) {
      tensor.dims.push_back(Number());
      tensor.strides.push_back(Number());
    }
    tensor.offset = Number();
    if (random_() % 3 == 0) tensor.data = nullptr;
    if (random_() % 3 == 0) {
      const auto data = reinterpret_cast<std::uintptr_t>(tensor.data);
      tensor.allocation = MemoryRange{data, data + random_() % 4096};
    }
    return tensor;
  }

  void Fill(MoeCall& call) {
    for (auto member : {&MoeCall::expert_ids, &MoeCall::active_mask, &MoeCall::expert_scales,
                        &MoeCall::expand_scales})
      call.*member = Tensor();
    for (auto member : {&MoeCall::ep_world_size, &MoeCall::ep_rank_id, &MoeCall::moe_expert_num,
                        &MoeCall::tp_world_size, &MoeCall::tp_rank_id, &MoeCall::shared_expert_num,
                        &MoeCall::shared_expert_rank_num, &MoeCall::global_bs})
      call.*member = Number();
    if (random_() % 2 == 0) call.facts.ep = GroupFacts{Number(), Number()};
    if (random_() % 2 == 0) call.facts.tp = GroupFacts{Number(), Number()};
    call.facts.buffer_mib = Number();
  }

 private:
  std::mt19937 random_;
};

template <class Call>
void EvaluateAll(const Rules<Call>& rules, const Call& call, std::size_t& refused) {
  for (const Rule<Call>& rule : rules) {
    const Verdict verdict = Evaluate(rule, call);
    if (verdict == Verdict::kDoesNotApply) continue;
    ASSERT_FALSE(Message(rule, call).empty());
    if (verdict == Verdict::kFails) ++refused;
  }
}

TEST(Rules, EveryRowIsSafeOnAnyArguments) {
  constexpr std::uint32_t kSeed = 20250611;
  SCOPED_TRACE(::testing::Message() << "seed " << kSeed);
  Wild wild(kSeed);
  std::size_t refused = 0;
  for (int i = 0; i < 3000; ++i) {
    DispatchCall dispatch;
    wild.Fill(dispatch);
    for (auto member : {&DispatchCall::x, &DispatchCall::scales, &DispatchCall::expand_x,
                        &DispatchCall::dynamic_scales, &DispatchCall::assist_info,
                        &DispatchCall::expert_token_nums, &DispatchCall::ep_recv_counts,
                        &DispatchCall::tp_recv_counts})
      dispatch.*member = wild.Tensor();
    dispatch.quant_mode = wild.Number();
    EvaluateAll(DispatchRules(), dispatch, refused);

    CombineCall combine;
    wild.Fill(combine);
    for (auto member : {&CombineCall::expand_x, &CombineCall::assist_info,
                        &CombineCall::ep_send_counts, &CombineCall::tp_send_counts,
                        &CombineCall::group_list, &CombineCall::shared_expert_x, &CombineCall::x})
      combine.*member = wild.Tensor();
    combine.comm_quant_mode = wild.Number();
    EvaluateAll(CombineRules(), combine, refused);
  }
  EXPECT_GT(refused, 0u);
}

}  // namespace
}  // namespace ferry::ops
