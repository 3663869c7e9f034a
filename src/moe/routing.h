// Where each copy of a token goes: a rank's (token, k) pairs, sorted by expert.
//
// A rank sorts its own pairs once and publishes the result, so that nobody else scans its
// expertIds. Copies for shared experts need no list: every token goes to each of them.
#ifndef FERRY_MOE_ROUTING_H_
#define FERRY_MOE_ROUTING_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/matrix.h"
#include "comm/record.h"
#include "moe/config.h"

namespace ferry::moe {

// Pairs by expert, as published: the pairs of expert e are pairs[offsets[e] .. offsets[e + 1]),
// each token * top_k + k, ascending.
struct RoutingPlan {
  std::span<std::int32_t> words;  // num_experts + 1 offsets, then the pairs
  bool has_duplicates = false;    // a token names an expert twice
  std::string failure;            // first id outside [0, num_experts); empty: the plan is good
};

// Words that PlanRouting needs for `num_tokens` tokens.
[[nodiscard]] std::size_t PlanWords(const MoeConfig& config, std::int64_t num_tokens);

// Sorts rank `rank`'s pairs into `memory` (PlanWords words). Each id is read once.
[[nodiscard]] RoutingPlan PlanRouting(const MoeConfig& config, std::int32_t rank,
                                      const Matrix<const std::int32_t>& expert_ids,
                                      std::span<std::int32_t> memory);

// The sentence about the first id outside [0, num_experts), or "". For an operator that needs the
// ids to be legal but not their values.
[[nodiscard]] std::string CheckIds(const MoeConfig& config, std::int32_t rank,
                                   const Matrix<const std::int32_t>& expert_ids);

// A source's plan and tokens, as a receiver sees them after GO.
struct PeerPlan {
  std::int32_t rank = 0;
  std::int64_t num_tokens = 0;
  bool has_duplicates = false;
  std::span<const std::int32_t> offsets;  // [num_experts + 1]
  std::span<const std::int32_t> pairs;
  ConstRows x;  // [num_tokens, hidden]

  // The pairs that name `expert`. The list lies within `pairs`; its entries are not yet checked.
  [[nodiscard]] std::span<const std::int32_t> PairsOf(std::int32_t expert) const;
};

void PublishPlan(const RoutingPlan& plan, const ConstRows& x, comm::Record& record);
[[nodiscard]] PeerPlan OpenPlan(const MoeConfig& config, std::int32_t rank,
                                const comm::PeerRecord& peer);

}  // namespace ferry::moe

#endif  // FERRY_MOE_ROUTING_H_
