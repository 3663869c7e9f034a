// Where each copy of a token goes: a rank's (token, k) pairs, sorted by expert.
//
// A rank sorts its own active pairs once and publishes the result, so that nobody else scans its
// expertIds or its mask.
#ifndef FERRY_MOE_ROUTING_H_
#define FERRY_MOE_ROUTING_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/matrix.h"
#include "comm/record.h"
#include "moe/active_mask.h"
#include "moe/config.h"
#include "moe/token_rows.h"

namespace ferry::moe {

// Lists by expert, as published: list e holds the pairs that name expert e, each token * top_k + k,
// ascending. One more list holds the tokens for the shared experts, each of which gets them all;
// without shared experts it is empty.
struct RoutingPlan {
  std::span<std::int32_t> words;  // num_experts + 2 offsets, then the lists
  bool has_duplicates = false;    // a token names an expert twice
  std::string failure;            // first bad id; empty: the plan is good
};

// Words that PlanRouting needs for `num_tokens` tokens.
[[nodiscard]] std::size_t PlanWords(const MoeConfig& config, std::int64_t num_tokens);

// The ids of rank `rank`. Those of inactive pairs are never looked at.
struct RoutedIds {
  std::int32_t rank = 0;
  Matrix<const std::int32_t> expert_ids;  // [num_tokens, top_k]
  const ActivePairs& active;
};

// Sorts the active pairs into `memory` (PlanWords words). Each id is read once.
[[nodiscard]] RoutingPlan PlanRouting(const MoeConfig& config, const RoutedIds& ids,
                                      std::span<std::int32_t> memory);

// The sentence about the first active id outside [0, num_experts), or "". For an operator that
// needs the ids to be legal but not their values.
[[nodiscard]] std::string CheckIds(const MoeConfig& config, const RoutedIds& ids);

// A source's plan and tokens, as a receiver sees them after GO.
struct PeerPlan {
  std::int32_t rank = 0;
  std::int64_t num_tokens = 0;
  bool has_duplicates = false;
  std::span<const std::int32_t> offsets;  // [num_experts + 2]
  std::span<const std::int32_t> entries;  // of all lists
  TokenRows tokens;                       // [num_tokens, hidden]

  // The pairs that name `expert`. A list lies within `entries`; what it says is not yet checked.
  [[nodiscard]] std::span<const std::int32_t> PairsOf(std::int32_t expert) const {
    return List(static_cast<std::size_t>(expert));
  }
  // The tokens for each shared expert.
  [[nodiscard]] std::span<const std::int32_t> SharedTokens() const {
    return List(offsets.size() - 2);
  }

 private:
  [[nodiscard]] std::span<const std::int32_t> List(std::size_t which) const;
};

void PublishPlan(const RoutingPlan& plan, const TokenRows& tokens, comm::Record& record);
[[nodiscard]] PeerPlan OpenPlan(const MoeConfig& config, std::int32_t rank,
                                const comm::PeerRecord& peer);

}  // namespace ferry::moe

#endif  // FERRY_MOE_ROUTING_H_
