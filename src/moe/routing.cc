#include "moe/routing.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "moe/published.h"
#include "moe/read_once.h"

namespace ferry::moe {
namespace {

// Working memory of PlanRouting, kept by the thread from call to call.
struct Workspace {
  std::vector<std::int32_t> ids;         // [token, k]
  std::vector<std::int32_t> last_token;  // [expert] the last token that named it
};

std::size_t NumOffsets(const MoeConfig& config) {
  return static_cast<std::size_t>(config.num_experts) + 1;
}

// Reads each id once and hands the good ones to `keep`, in order. Returns the sentence about the
// first bad one, or "".
template <class Keep>
std::string ReadIds(const MoeConfig& config, std::int32_t rank,
                    const Matrix<const std::int32_t>& expert_ids, const Keep& keep) {
  for (std::int64_t token = 0; token < expert_ids.rows; ++token) {
    for (std::int64_t k = 0; k < expert_ids.cols; ++k) {
      const std::int32_t id = ReadOnce(expert_ids(token, k));
      if (id < 0 || id >= config.num_experts) {
        return fmt::format("rank {} token {} k {}: expert id {} outside [0, {})", rank, token, k,
                           id, config.num_experts);
      }
      keep(id);
    }
  }
  return {};
}

// Counts the pairs of expert e in offsets[e + 1]. Returns whether a token names an expert twice.
bool CountPairs(const MoeConfig& config, std::span<const std::int32_t> ids,
                std::span<std::int32_t> offsets, std::vector<std::int32_t>& last_token) {
  std::fill(offsets.begin(), offsets.end(), 0);
  last_token.assign(static_cast<std::size_t>(config.num_experts), -1);
  bool duplicates = false;
  std::int32_t token = 0;
  std::int32_t k = 0;
  for (const std::int32_t id : ids) {
    const auto expert = static_cast<std::size_t>(id);
    ++offsets[expert + 1];
    duplicates |= last_token[expert] == token;
    last_token[expert] = token;
    if (++k == config.top_k) {
      k = 0;
      ++token;
    }
  }
  return duplicates;
}

// Turns counts into offsets and puts each pair into its list. A list's offset serves as its write
// position and ends where the next list begins, so the offsets move back by one at the end.
void FillLists(std::span<const std::int32_t> ids, std::span<std::int32_t> offsets,
               std::span<std::int32_t> pairs) {
  for (std::size_t e = 1; e < offsets.size(); ++e) offsets[e] += offsets[e - 1];
  for (std::size_t pair = 0; pair < ids.size(); ++pair) {
    const auto expert = static_cast<std::size_t>(ids[pair]);
    pairs[static_cast<std::size_t>(offsets[expert]++)] = static_cast<std::int32_t>(pair);
  }
  for (std::size_t e = offsets.size() - 1; e > 0; --e) offsets[e] = offsets[e - 1];
  offsets[0] = 0;
}

}  // namespace

std::size_t PlanWords(const MoeConfig& config, std::int64_t num_tokens) {
  return NumOffsets(config) + static_cast<std::size_t>(num_tokens * config.top_k);
}

std::string CheckIds(const MoeConfig& config, std::int32_t rank,
                     const Matrix<const std::int32_t>& expert_ids) {
  return ReadIds(config, rank, expert_ids, [](std::int32_t /*id*/) {});
}

RoutingPlan PlanRouting(const MoeConfig& config, std::int32_t rank,
                        const Matrix<const std::int32_t>& expert_ids,
                        std::span<std::int32_t> memory) {
  thread_local Workspace workspace;
  workspace.ids.clear();
  RoutingPlan plan;
  plan.failure =
      ReadIds(config, rank, expert_ids, [&](std::int32_t id) { workspace.ids.push_back(id); });
  if (!plan.failure.empty()) return plan;

  plan.words = memory.first(PlanWords(config, expert_ids.rows));
  const std::span<std::int32_t> offsets = plan.words.first(NumOffsets(config));
  plan.has_duplicates = CountPairs(config, workspace.ids, offsets, workspace.last_token);
  FillLists(workspace.ids, offsets, plan.words.subspan(NumOffsets(config)));
  return plan;
}

void PublishPlan(const RoutingPlan& plan, const ConstRows& x, comm::Record& record) {
  PublishIndex(plan.words, record);
  PublishRows(x, record);
  record.values[kHasDuplicates] = plan.has_duplicates ? 1 : 0;
}

PeerPlan OpenPlan(const MoeConfig& config, std::int32_t rank, const comm::PeerRecord& peer) {
  const std::span<const std::int32_t> words = ReadIndex(peer, rank, NumOffsets(config));
  PeerPlan plan;
  plan.rank = rank;
  plan.x = ReadRows(peer, rank, {config.x_type, config.hidden}, config.max_batch());
  plan.num_tokens = plan.x.rows;
  plan.has_duplicates = peer.values[kHasDuplicates] != 0;
  plan.offsets = words.first(NumOffsets(config));
  plan.pairs = words.subspan(NumOffsets(config));
  return plan;
}

std::span<const std::int32_t> PeerPlan::PairsOf(std::int32_t expert) const {
  const ListRange range = ReadListRange(offsets, static_cast<std::size_t>(expert),
                                        static_cast<std::int64_t>(pairs.size()), rank);
  return pairs.subspan(static_cast<std::size_t>(range.first),
                       static_cast<std::size_t>(range.last - range.first));
}

}  // namespace ferry::moe
