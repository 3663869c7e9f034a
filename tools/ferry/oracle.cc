#include "oracle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "experts.h"

namespace ferry::tool {
namespace {

// The experts' work on the oracle's rows.
std::vector<std::uint16_t> ApplyExperts(const reference::DispatchResult& dispatched,
                                        const moe::MoeConfig& config, std::int32_t ep_rank) {
  std::vector<std::uint16_t> rows = dispatched.expand_x;
  auto bits = rows.begin();
  for (std::int32_t l = 0; l < config.experts_per_rank(); ++l) {
    const float scale = ExpertScale(ep_rank * config.experts_per_rank() + l);
    const std::int64_t count =
        dispatched.expert_token_counts[static_cast<std::size_t>(l)] * config.hidden;
    std::transform(bits, bits + count, bits,
                   [scale](std::uint16_t value) { return ScaleBFloat16(value, scale); });
    bits += count;
  }
  return rows;
}

// The index of the first element that differs, or nothing.
template <class T>
std::optional<std::size_t> FirstDifference(const std::vector<T>& expected, const T* actual) {
  const auto [end, _] = std::mismatch(expected.begin(), expected.end(), actual);
  if (end == expected.end()) return std::nullopt;
  return static_cast<std::size_t>(end - expected.begin());
}

template <class T>
std::optional<std::string> ExplainCounts(const char* output, std::size_t rank,
                                         const std::vector<T>& expected, const T* actual) {
  const auto at = FirstDifference(expected, actual);
  if (!at) return std::nullopt;
  return fmt::format("rank {}: {}[{}] is {}, the reference has {}", rank, output, *at, actual[*at],
                     expected[*at]);
}

}  // namespace

Oracle::Oracle(const World& world, const Batch& batch, const std::vector<Token>& tokens,
               bool has_shared_expert)
    : batch_(batch), config_(world.config()) {
  std::vector<reference::DispatchRank> senders(batch.size());
  std::vector<reference::CombineRank> owners(batch.size());
  for (std::size_t w = 0; w < batch.size(); ++w) {
    senders[w].num_tokens = static_cast<std::int64_t>(batch[w].size());
    for (const std::int32_t word : batch[w]) {
      const Token& token = tokens[static_cast<std::size_t>(word)];
      senders[w].x.insert(senders[w].x.end(), token.embedding.begin(), token.embedding.end());
      senders[w].expert_ids.insert(senders[w].expert_ids.end(), token.expert_ids.begin(),
                                   token.expert_ids.end());
      owners[w].expert_scales.insert(owners[w].expert_scales.end(), token.expert_weights.begin(),
                                     token.expert_weights.end());
    }
    if (has_shared_expert) {
      for (const std::uint16_t bits : senders[w].x) {
        owners[w].shared_expert_x.push_back(ScaleBFloat16(bits, kSharedExpertScale));
      }
    }
  }
  dispatched_ = reference::Dispatch(config_, senders);
  for (std::size_t w = 0; w < batch.size(); ++w) {
    owners[w].num_tokens = senders[w].num_tokens;
    owners[w].own_rows = dispatched_[w].own_rows;
    owners[w].peer_rows = dispatched_[w].peer_rows;
    owners[w].expand_x =
        ApplyExperts(dispatched_[w], config_, static_cast<std::int32_t>(w) / config_.tp_size);
    owners[w].assist_info = dispatched_[w].assist_info;
    owners[w].expert_ids = senders[w].expert_ids;
  }
  combined_ = reference::Combine(config_, owners);
}

std::optional<std::string> Oracle::ExplainDispatchDifference(const World& world,
                                                             const Text& text) const {
  for (const RankState& rank : world.ranks()) {
    const auto w = static_cast<std::size_t>(rank.world_rank);
    const reference::DispatchResult& expected = dispatched_[w];
    for (const auto& difference : {ExplainCounts("epRecvCounts", w, expected.ep_recv_counts,
                                                 rank.ep_recv_counts->data<std::int32_t>()),
                                   ExplainCounts("expertTokenNums", w, expected.expert_token_counts,
                                                 rank.expert_token_nums->data<std::int64_t>()),
                                   ExplainCounts("tpRecvCounts", w, expected.tp_recv_counts,
                                                 rank.tp_recv_counts->data<std::int32_t>()),
                                   ExplainCounts("assistInfoForCombine", w, expected.assist_info,
                                                 rank.assist_info->data<std::int32_t>())}) {
      if (difference) return difference;
    }
    const auto* rows = rank.expand_x->data<std::uint16_t>();
    const auto at = FirstDifference(expected.expand_x, rows);
    if (!at) continue;
    const std::size_t row = *at / static_cast<std::size_t>(config_.hidden);
    std::string origin = "handed on by the TP peer";
    if (row < static_cast<std::size_t>(expected.own_rows)) {
      const std::int32_t* triple = expected.assist_info.data() + 3 * row;
      const auto source = static_cast<std::size_t>(triple[0] * config_.tp_size + rank.tp_rank);
      const auto word = batch_[source][static_cast<std::size_t>(triple[1])];
      origin = fmt::format("token {} (\"{}\") of rank {}, slot {}", triple[1],
                           text.words[static_cast<std::size_t>(word)], source, triple[2]);
    }
    return fmt::format(
        "rank {}: expandX row {} element {} is {:#06x}, the reference has {:#06x} (bits {:#06x} "
        "differ); the row is {}",
        w, row, *at % static_cast<std::size_t>(config_.hidden), rows[*at], expected.expand_x[*at],
        rows[*at] ^ expected.expand_x[*at], origin);
  }
  return std::nullopt;
}

std::optional<std::string> Oracle::ExplainCombineDifference(const World& world,
                                                            const Text& text) const {
  for (const RankState& rank : world.ranks()) {
    const auto w = static_cast<std::size_t>(rank.world_rank);
    const auto* x = rank.combined_x->data<std::uint16_t>();
    const auto at = FirstDifference(combined_[w].x, x);
    if (!at) continue;
    const std::size_t token = *at / static_cast<std::size_t>(config_.hidden);
    const auto word = static_cast<std::size_t>(batch_[w][token]);
    return fmt::format(
        "rank {}: xOut of token {} (\"{}\") element {} is {:#06x}, the reference has {:#06x}", w,
        token, text.words[word], *at % static_cast<std::size_t>(config_.hidden), x[*at],
        combined_[w].x[*at]);
  }
  return std::nullopt;
}

}  // namespace ferry::tool
