#include "moe/routing.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "moe/lists.h"
#include "moe/published.h"
#include "moe/read_once.h"

namespace ferry::moe {
namespace {

struct ActivePair {
  std::int32_t pair = 0;    // token * top_k + k
  std::int32_t expert = 0;  // in [0, num_experts)
};

// Working memory of PlanRouting, kept by the thread from call to call.
struct Workspace {
  std::vector<ActivePair> pairs;         // ascending
  std::vector<std::int32_t> last_token;  // [expert] the last token that named it
};

// One list for each expert, one for the tokens of shared experts.
std::size_t NumPlanOffsets(const MoeConfig& config) {
  return NumOffsets(config.num_experts + 1);
}

// Reads each active id once and hands the good ones to `keep`, in order. Returns the sentence about
// the first bad one, or "".
template <class Keep>
std::string ReadIds(const MoeConfig& config, const RoutedIds& ids, const Keep& keep) {
  for (const std::int32_t token : ids.active.tokens()) {
    for (std::int32_t k = 0; k < config.top_k; ++k) {
      if (!ids.active.HasSlot(token, k)) continue;
      const std::int32_t id = ReadOnce(ids.expert_ids(token, k));
      if (id < 0 || id >= config.num_experts) {
        return fmt::format("rank {} token {} k {}: expert id {} outside [0, {})", ids.rank, token,
                           k, id, config.num_experts);
      }
      keep({token * config.top_k + k, id});
    }
  }
  return {};
}

// Counts the pairs of expert e in offsets[e + 1]. Returns whether a token names an expert twice.
bool CountPairs(const MoeConfig& config, const std::vector<ActivePair>& pairs,
                std::span<std::int32_t> offsets, std::vector<std::int32_t>& last_token) {
  last_token.assign(static_cast<std::size_t>(config.num_experts), -1);
  bool duplicates = false;
  for (const ActivePair& pair : pairs) {
    const auto expert = static_cast<std::size_t>(pair.expert);
    const std::int32_t token = pair.pair / config.top_k;
    ++offsets[expert + 1];
    duplicates |= last_token[expert] == token;
    last_token[expert] = token;
  }
  return duplicates;
}

// The tokens that go to each shared expert.
std::span<const std::int32_t> TokensToShare(const MoeConfig& config, const ActivePairs& active) {
  return config.num_shared_experts > 0 ? active.tokens() : std::span<const std::int32_t>();
}

}  // namespace

std::size_t PlanWords(const MoeConfig& config, std::int64_t num_tokens) {
  const std::int64_t lists = config.num_shared_experts > 0 ? config.top_k + 1 : config.top_k;
  return NumPlanOffsets(config) + static_cast<std::size_t>(num_tokens * lists);
}

std::string CheckIds(const MoeConfig& config, const RoutedIds& ids) {
  return ReadIds(config, ids, [](const ActivePair& /*pair*/) {});
}

RoutingPlan PlanRouting(const MoeConfig& config, const RoutedIds& ids,
                        std::span<std::int32_t> memory) {
  thread_local Workspace workspace;
  std::vector<ActivePair>& pairs = workspace.pairs;
  pairs.clear();
  RoutingPlan plan;
  plan.failure = ReadIds(config, ids, [&](const ActivePair& pair) { pairs.push_back(pair); });
  if (!plan.failure.empty()) return plan;

  const std::span<const std::int32_t> shared = TokensToShare(config, ids.active);
  const std::size_t num_offsets = NumPlanOffsets(config);
  plan.words = memory.first(num_offsets + pairs.size() + shared.size());
  const std::span<std::int32_t> offsets = plan.words.first(num_offsets);
  const std::span<std::int32_t> entries = plan.words.subspan(num_offsets);
  std::fill(offsets.begin(), offsets.end(), 0);
  plan.has_duplicates = CountPairs(config, pairs, offsets, workspace.last_token);
  FillLists(
      pairs, offsets, [](const ActivePair& pair) { return pair.expert; },
      [&](const ActivePair& pair, std::size_t at) { entries[at] = pair.pair; });
  std::copy(shared.begin(), shared.end(),
            entries.begin() + static_cast<std::ptrdiff_t>(pairs.size()));
  offsets.back() += static_cast<std::int32_t>(shared.size());
  return plan;
}

void PublishPlan(const RoutingPlan& plan, const TokenRows& tokens, comm::Record& record) {
  PublishIndex(plan.words, record);
  PublishTokens(tokens, record);
  record.values[kHasDuplicates] = plan.has_duplicates ? 1 : 0;
}

PeerPlan OpenPlan(const MoeConfig& config, std::int32_t rank, const comm::PeerRecord& peer) {
  const std::span<const std::int32_t> words = ReadIndex(peer, rank, NumPlanOffsets(config));
  PeerPlan plan;
  plan.rank = rank;
  plan.tokens = OpenTokens(config, rank, peer);
  plan.num_tokens = plan.tokens.rows.rows;
  plan.has_duplicates = peer.values[kHasDuplicates] != 0;
  plan.offsets = words.first(NumPlanOffsets(config));
  plan.entries = words.subspan(NumPlanOffsets(config));
  return plan;
}

std::span<const std::int32_t> PeerPlan::List(std::size_t which) const {
  const ListRange range =
      ReadListRange(offsets, which, static_cast<std::int64_t>(entries.size()), rank);
  return entries.subspan(static_cast<std::size_t>(range.first),
                         static_cast<std::size_t>(range.last - range.first));
}

}  // namespace ferry::moe
