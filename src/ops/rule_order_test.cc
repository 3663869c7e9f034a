// The order of the rows, which decides the answer to a call with several faults, and the code of
// each stage, as sections 5 of dispatch.md and 4 of combine.md of the specification have them.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <regex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ops/combine_rules.h"
#include "ops/dispatch_rules.h"
#include "ops/example_calls.h"
#include "ops/stage_codes_for_tests.h"

namespace ferry::ops {
namespace {

using testing::kHidden;
using testing::MakeCombineCall;
using testing::MakeDispatchCall;
using testing::MakeTensor;

// One thing that is wrong with a call, and the row that finds it.
template <class Call>
struct Wrong {
  const char* id;
  std::int32_t code;
  std::function<void(Call& call)> spoil;
};
template <class Call>
using Wrongs = std::vector<Wrong<Call>>;

template <class Call>
void ExpectFirst(const Rules<Call>& rules, const Call& call, const Wrong<Call>& wrong) {
  const Rule<Call>* const found = FirstFailure(rules, call);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->id, wrong.id);
  EXPECT_EQ(static_cast<std::int32_t>(found->code), wrong.code) << found->id;
}

// Of any two faults the earlier one is named. It is made last, so that it stands in any case.
template <class Call>
void ExpectTheEarlierOfTwo(const Rules<Call>& rules, const Call& good, const Wrongs<Call>& wrongs) {
  ASSERT_EQ(FirstFailure(rules, good), nullptr);
  for (std::size_t i = 0; i < wrongs.size(); ++i) {
    for (std::size_t j = i; j < wrongs.size(); ++j) {
      SCOPED_TRACE(std::string(wrongs[i].id) + " and " + wrongs[j].id);
      Call call = good;
      if (j > i) wrongs[j].spoil(call);
      wrongs[i].spoil(call);
      ExpectFirst(rules, call, wrongs[i]);
    }
  }
}

void AddDim(OptionalTensor& tensor) {
  tensor->dims.push_back(1);
  tensor->strides.push_back(1);
}

StringArg NameOf128() {
  return {std::string(128, 'n').c_str(), kGroupNameBytes};
}

// Of memory that ends behind its first byte.
void CutOff(OptionalTensor& tensor) {
  const auto begin = reinterpret_cast<std::uintptr_t>(tensor->data);
  tensor->allocation = MemoryRange{begin, begin + 1};
}

template <class Call>
Wrongs<Call> Attributes(const std::vector<const char*>& ids) {
  return {{ids.at(0), 561002, [](Call& c) { c.ep_world_size = 1; }},
          {ids.at(1), 561002, [](Call& c) { c.tp_world_size = 3; }},
          {ids.at(2), 561002, [](Call& c) { c.ep_rank_id = 4; }},
          {ids.at(3), 561002, [](Call& c) { c.tp_rank_id = 1; }},
          {ids.at(4), 561002, [](Call& c) { c.expert_shard_type = 1; }},
          {ids.at(5), 561002, [](Call& c) { c.shared_expert_num = 5; }},
          {ids.at(6), 561002, [](Call& c) { c.shared_expert_rank_num = 4; }},
          {ids.at(7), 561002, [](Call& c) { c.moe_expert_num = 0; }}};
}

template <class Call>
void Add(Wrongs<Call>& wrongs, const Wrongs<Call>& more) {
  wrongs.insert(wrongs.end(), more.begin(), more.end());
}

using D = DispatchCall;

Wrongs<D> DispatchEntry() {
  return {
      {"dispatch-0-1a", 161001, [](D& c) { c.x.reset(); }},
      {"dispatch-0-1g", 161001, [](D& c) { c.ep_recv_counts.reset(); }},
      {"dispatch-0-2", 161001, [](D& c) { c.group_ep = {}; }},
      {"dispatch-0-5", 161001, [](D& c) { c.group_tp = NameOf128(); }},
      {"dispatch-0-6b", 161001, [](D& c) { c.executor_given = false; }},
      {"dispatch-0-alive-expertTokenNums", 161002,
       [](D& c) { c.expert_token_nums->alive = false; }},
      {"dispatch-1-1", 361001, [](D& c) { c.facts.ep.reset(); }},
      {"dispatch-2-product", 161002, [](D& c) { c.facts.product = env::Product::kUnknown; }},
      {"dispatch-2-expertIds", 161002, [](D& c) { c.expert_ids->dtype = DType::kInt64; }},
      {"dispatch-2-expandScales", 161002,
       [](D& c) { c.expand_scales = MakeTensor({1}, DType::kInt32); }},
      {"dispatch-2-later-A2", 161002, [](D& c) { c.facts.product = env::Product::kA2; }},
  };
}

Wrongs<D> DispatchLayout() {
  return {
      {"dispatch-A3-10", 561002, [](D& c) { c.quant_mode = 3; }},
      {"dispatch-A3-11", 561002, [](D& c) { c.expert_token_nums_type = 2; }},
      {"dispatch-A3-12", 561002,
       [](D& c) {
         c.comm_alg = {"ring", kCommAlgBytes};
       }},
      {"dispatch-A3-13", 561002, [](D& c) { c.quant_mode = 1; }},
      {"dispatch-A3-14", 561002,
       [](D& c) {
         c.scales = MakeTensor({7, kHidden}, DType::kFloat32);
       }},
      {"dispatch-A3-15g", 561002, [](D& c) { AddDim(c.expand_x); }},
      {"dispatch-A3-15l", 561002, [](D& c) { AddDim(c.tp_recv_counts); }},
      {"dispatch-A3-16b", 561002, [](D& c) { c.expand_x->dtype = DType::kFloat16; }},
      {"dispatch-A3-17a", 561002, [](D& c) { c.x->format = kFormatFractalNz; }},
      {"dispatch-A3-17j", 561002, [](D& c) { c.tp_recv_counts->format = kFormatFractalNz; }},
      {"dispatch-A3-18", 561002, [](D& c) { c.shared_expert_num = 0; }},
      {"dispatch-A3-22", 561002, [](D& c) { c.moe_expert_num = 7; }},
  };
}

Wrongs<D> DispatchSizes() {
  return {
      {"dispatch-A3-24", 561002, [](D& c) { c.x->dims[0] = 513; }},
      {"dispatch-A3-25a", 561002, [](D& c) { c.global_bs = 4; }},
      {"dispatch-A3-25b", 561002, [](D& c) { c.global_bs = 9; }},
      {"dispatch-A3-28", 561002, [](D& c) { c.x->dims[1] = 1023; }},
      {"dispatch-A3-29", 561002, [](D& c) { c.expert_ids->dims[0] = 3; }},
      {"dispatch-A3-30", 561002, [](D& c) { c.expert_ids->dims[1] = 17; }},
      {"dispatch-A3-33", 561002, [](D& c) { c.expand_x->dims[0] = 15; }},
      {"dispatch-A3-34", 561002, [](D& c) { c.expand_x->dims[1] = 1025; }},
      {"dispatch-A3-36", 561002, [](D& c) { c.assist_info->dims[0] = 47; }},
      {"dispatch-A3-37", 561002, [](D& c) { c.expert_token_nums->dims[0] = 3; }},
      {"dispatch-A3-38", 561002, [](D& c) { c.ep_recv_counts->dims[0] = 7; }},
      {"dispatch-A3-40a", 561002, [](D& c) { c.facts.buffer_mib = 1; }},
      {"dispatch-A3-41a", 561002, [](D& c) { c.facts.ep = GroupFacts{.rank = 1, .size = 5}; }},
      {"dispatch-A3-41b", 561002, [](D& c) { c.facts.ep = GroupFacts{.rank = 2, .size = 4}; }},
      {"dispatch-A3-align-x", 561002, [](D& c) { ++c.x->data; }},
      {"dispatch-A3-memory-x", 561002, [](D& c) { CutOff(c.x); }},
      {"dispatch-A3-align-expertIds", 561002, [](D& c) { ++c.expert_ids->data; }},
      {"dispatch-A3-memory-expertIds", 561002, [](D& c) { CutOff(c.expert_ids); }},
      {"dispatch-A3-align-epRecvCounts", 561002, [](D& c) { ++c.ep_recv_counts->data; }},
  };
}

TEST(RuleOrder, OfDispatchNamesTheEarlierOfTwoFaults) {
  Wrongs<D> wrongs = DispatchEntry();
  Add(wrongs, Attributes<D>({"dispatch-A3-1", "dispatch-A3-2", "dispatch-A3-3", "dispatch-A3-5",
                             "dispatch-A3-6", "dispatch-A3-7", "dispatch-A3-8", "dispatch-A3-9"}));
  Add(wrongs, DispatchLayout());
  Add(wrongs, DispatchSizes());
  ExpectTheEarlierOfTwo(DispatchRules(), MakeDispatchCall(), wrongs);
}

TEST(RuleOrder, OfAQuantisedDispatchNamesTheEarlierOfTwoFaults) {
  D good = MakeDispatchCall();
  good.quant_mode = 2;
  good.expand_x->dtype = DType::kInt8;
  good.dynamic_scales = MakeTensor({testing::kRows}, DType::kFloat32);
  good.scales = MakeTensor({7, kHidden}, DType::kFloat32);
  const Wrongs<D> wrongs = {
      {"dispatch-0-3", 161001, [](D& c) { c.dynamic_scales.reset(); }},
      {"dispatch-0-4", 161001, [](D& c) { c.group_ep = NameOf128(); }},
      {"dispatch-A3-15c", 561002, [](D& c) { AddDim(c.scales); }},
      {"dispatch-A3-15h", 561002, [](D& c) { AddDim(c.dynamic_scales); }},
      {"dispatch-A3-16a", 561002, [](D& c) { c.expand_x->dtype = DType::kBFloat16; }},
      {"dispatch-A3-31", 561002, [](D& c) { c.scales->dims[0] = 6; }},
      {"dispatch-A3-32", 561002, [](D& c) { c.scales->dims[1] = 1025; }},
      {"dispatch-A3-34", 561002, [](D& c) { c.expand_x->dims[1] = 1025; }},
      {"dispatch-A3-35", 561002, [](D& c) { c.dynamic_scales->dims[0] = 15; }},
      {"dispatch-A3-36", 561002, [](D& c) { c.assist_info->dims[0] = 47; }},
  };
  ExpectTheEarlierOfTwo(DispatchRules(), good, wrongs);
}

using C = CombineCall;

Wrongs<C> CombineEntry() {
  return {
      {"combine-0-1a", 161001, [](C& c) { c.expand_x.reset(); }},
      {"combine-0-1f", 161001, [](C& c) { c.x.reset(); }},
      {"combine-0-2", 161001, [](C& c) { c.group_ep = {}; }},
      {"combine-0-4", 161002, [](C& c) { c.group_tp = NameOf128(); }},
      {"combine-0-5b", 161001, [](C& c) { c.executor_given = false; }},
      {"combine-0-alive-assistInfo", 161002, [](C& c) { c.assist_info->alive = false; }},
      {"combine-1-1", 361001, [](C& c) { c.facts.ep.reset(); }},
      {"combine-2-product", 161002, [](C& c) { c.facts.product = env::Product::kUnknown; }},
      {"combine-2-expertIds", 161002, [](C& c) { c.expert_ids->dtype = DType::kInt64; }},
      {"combine-2-x", 161002, [](C& c) { c.x->dtype = DType::kFloat32; }},
      {"combine-2-later-A2", 161002, [](C& c) { c.facts.product = env::Product::kA2; }},
      {"combine-A3-1", 561002, [](C& c) { c.expand_x->dtype = DType::kInt32; }},
  };
}

Wrongs<C> CombineLayout() {
  return {
      {"combine-A3-11", 561002, [](C& c) { c.comm_quant_mode = 1; }},
      {"combine-A3-12c", 561002, [](C& c) { AddDim(c.assist_info); }},
      {"combine-A3-12e", 561002, [](C& c) { AddDim(c.expert_scales); }},
      {"combine-A3-14", 561002,
       [](C& c) {
         c.active_mask = MakeTensor({2, 2, 1}, DType::kBool);
       }},
      {"combine-A3-15c", 561002, [](C& c) { c.group_list = MakeTensor({1}, DType::kInt64); }},
      {"combine-A3-16a", 561002,
       [](C& c) {
         c.shared_expert_x = MakeTensor({2, kHidden}, DType::kBFloat16);
       }},
      {"combine-A3-17", 561002, [](C& c) { AddDim(c.x); }},
      {"combine-A3-18b", 561002, [](C& c) { c.x->dtype = DType::kFloat16; }},
      {"combine-A3-19a", 561002, [](C& c) { c.expand_x->format = kFormatFractalNz; }},
      {"combine-A3-19i", 561002, [](C& c) { c.x->format = kFormatFractalNz; }},
      {"combine-A3-20a", 561002, [](C& c) { c.shared_expert_num = 0; }},
      {"combine-A3-21a", 561002, [](C& c) { c.moe_expert_num = 7; }},
  };
}

Wrongs<C> CombineSizes() {
  return {
      {"combine-A3-22", 561002, [](C& c) { c.expert_ids->dims[0] = 513; }},
      {"combine-A3-23a", 561002, [](C& c) { c.global_bs = 4; }},
      {"combine-A3-23b", 561002, [](C& c) { c.global_bs = 9; }},
      {"combine-A3-25", 561002, [](C& c) { c.expert_ids->dims[1] = 17; }},
      {"combine-A3-26", 561002, [](C& c) { c.expand_x->dims[0] = 15; }},
      {"combine-A3-27", 561002, [](C& c) { c.expand_x->dims[1] = 1023; }},
      {"combine-A3-28", 561002, [](C& c) { c.assist_info->dims[0] = 2047; }},
      {"combine-A3-29", 561002, [](C& c) { c.ep_send_counts->dims[0] = 7; }},
      {"combine-A3-31a", 561002, [](C& c) { c.expert_scales->dims[0] = 3; }},
      {"combine-A3-31b", 561002, [](C& c) { c.expert_scales->dims[1] = 3; }},
      {"combine-A3-32a", 561002, [](C& c) { c.active_mask = MakeTensor({3}, DType::kBool); }},
      {"combine-A3-34a", 561002, [](C& c) { c.x->dims[0] = 3; }},
      {"combine-A3-34b", 561002, [](C& c) { c.x->dims[1] = 1025; }},
      {"combine-A3-35a", 561002, [](C& c) { c.facts.buffer_mib = 1; }},
      {"combine-A3-36a", 561002, [](C& c) { c.facts.ep = GroupFacts{.rank = 1, .size = 5}; }},
      {"combine-A3-36b", 561002, [](C& c) { c.facts.ep = GroupFacts{.rank = 2, .size = 4}; }},
      {"combine-A3-align-expandX", 561002, [](C& c) { ++c.expand_x->data; }},
      {"combine-A3-memory-expandX", 561002, [](C& c) { CutOff(c.expand_x); }},
      {"combine-A3-align-expertIds", 561002, [](C& c) { ++c.expert_ids->data; }},
      {"combine-A3-memory-x", 561002, [](C& c) { CutOff(c.x); }},
  };
}

TEST(RuleOrder, OfCombineNamesTheEarlierOfTwoFaults) {
  Wrongs<C> wrongs = CombineEntry();
  Add(wrongs, Attributes<C>({"combine-A3-2", "combine-A3-3", "combine-A3-4", "combine-A3-6",
                             "combine-A3-7", "combine-A3-8", "combine-A3-9", "combine-A3-10"}));
  Add(wrongs, CombineLayout());
  Add(wrongs, CombineSizes());
  ExpectTheEarlierOfTwo(CombineRules(), MakeCombineCall(), wrongs);
}

// Stage, number and letter of a row that the specification numbers; the stages of A3 come last.
template <class Call>
std::vector<std::tuple<int, int, std::string>> Numbers(const Rules<Call>& rules) {
  const std::regex kId("[a-z]+-(0|1|A3)-([0-9]+)([a-z]?)");
  std::vector<std::tuple<int, int, std::string>> numbers;
  for (const Rule<Call>& rule : rules) {
    std::smatch match;
    if (std::regex_match(rule.id, match, kId))
      numbers.emplace_back(match[1] == "A3" ? 3 : std::stoi(match[1]), std::stoi(match[2]),
                           match[3]);
  }
  return numbers;
}

template <class Call>
void ExpectAscending(const Rules<Call>& rules, std::size_t count) {
  const auto numbers = Numbers(rules);
  EXPECT_EQ(numbers.size(), count);
  for (std::size_t i = 1; i < numbers.size(); ++i)
    EXPECT_LT(numbers[i - 1], numbers[i])
        << "after row " << std::get<1>(numbers[i - 1]) << std::get<2>(numbers[i - 1]);
}

// The ids carry the numbers of the specification's tables.
TEST(RuleOrder, IsThatOfTheNumbers) {
  ExpectAscending(DispatchRules(), 85);
  ExpectAscending(CombineRules(), 82);
}

TEST(RuleOrder, EveryStageHasItsCode) {
  for (const auto& rule : DispatchRules())
    EXPECT_EQ(static_cast<std::int32_t>(rule.code), testing::CodeOfStage(rule.id)) << rule.id;
  for (const auto& rule : CombineRules())
    EXPECT_EQ(static_cast<std::int32_t>(rule.code), testing::CodeOfStage(rule.id)) << rule.id;
}

}  // namespace
}  // namespace ferry::ops
