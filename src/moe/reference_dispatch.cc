// Dispatch by definition: spec dispatch.md sections 6 to 9.
#include <cstddef>

#include "base/error.h"
#include "moe/reference.h"
#include "moe/reference_mask.h"
#include "moe/reference_quantization.h"

namespace ferry::reference {
namespace {

// One token's copy on its way to one receiver.
struct Copy {
  std::int32_t source = 0;  // EP rank
  std::int64_t token = 0;
  std::int32_t slot = 0;
};

std::size_t Index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

bool Quantises(const moe::MoeConfig& config) {
  return config.quantization == moe::Quantization::kPerToken;
}

void CheckWorld(const moe::MoeConfig& config, const std::vector<DispatchRank>& world) {
  Require(world.size() == Index(std::int64_t{config.ep_size} * config.tp_size), Code::kInner,
          "world has {} ranks; must have {} * {}", world.size(), config.ep_size, config.tp_size);
  for (std::size_t w = 0; w < world.size(); ++w) {
    const DispatchRank& rank = world[w];
    Require(rank.x.size() == Index(rank.num_tokens * config.hidden) &&
                rank.expert_ids.size() == Index(rank.num_tokens * config.top_k),
            Code::kInner, "world rank {}: x or expert_ids do not fit {} tokens", w,
            rank.num_tokens);
    const std::int64_t factors =
        std::int64_t{config.num_shared_experts + config.num_experts} * config.hidden;
    Require(rank.smooth_scales.empty() ||
                (Quantises(config) && std::ssize(rank.smooth_scales) == factors),
            Code::kInner, "world rank {}: smooth_scales has {} elements; must have none or {}", w,
            rank.smooth_scales.size(), factors);
    CheckActiveIds(rank, config.top_k, config.num_experts);
  }
}

// Section 6.1: whether shared rank `receiver` holds the copy that `source` uses.
bool ServesSource(const moe::MoeConfig& config, std::int32_t receiver, std::int32_t source) {
  const std::int32_t copies = config.num_shared_ranks / config.num_shared_experts;
  const std::int32_t expert = receiver / copies;
  return receiver == expert * copies + source % copies;
}

// The copies that one token of `source` sends to local expert `local` of `receiver`, in slot order.
std::vector<Copy> CopiesOfToken(const moe::MoeConfig& config, const DispatchRank& from,
                                std::int32_t source, std::int64_t token, std::int32_t receiver,
                                std::int32_t local) {
  std::vector<Copy> copies;
  const Mask mask = MaskOf(from, config.top_k);
  if (receiver < config.num_shared_ranks) {
    if (mask.IsActive(token) && ServesSource(config, receiver, source)) {
      const std::int32_t shared = receiver / (config.num_shared_ranks / config.num_shared_experts);
      copies.push_back({source, token, config.top_k + shared});
    }
    return copies;
  }
  const std::int32_t moe_ranks = config.ep_size - config.num_shared_ranks;
  const std::int32_t per_rank = config.num_experts / moe_ranks;
  const std::int32_t expert = (receiver - config.num_shared_ranks) * per_rank + local;
  for (std::int32_t k = 0; k < config.top_k; ++k) {
    if (mask.IsActive(token, k) && from.expert_ids[Index(token * config.top_k + k)] == expert) {
      copies.push_back({source, token, k});
    }
  }
  return copies;
}

// The row of the smoothing scales for `copy`: shared experts first, then MoE experts.
std::vector<float> SmoothScalesOf(const moe::MoeConfig& config, const DispatchRank& from,
                                  const Copy& copy) {
  if (from.smooth_scales.empty()) return {};
  const std::int32_t row = copy.slot >= config.top_k
                               ? copy.slot - config.top_k
                               : config.num_shared_experts +
                                     from.expert_ids[Index(copy.token * config.top_k + copy.slot)];
  const auto begin = from.smooth_scales.begin() + row * config.hidden;
  return {begin, begin + config.hidden};
}

void AppendRow(const moe::MoeConfig& config, const DispatchRank& from, const Copy& copy,
               DispatchResult& result) {
  const auto begin = from.x.begin() + copy.token * config.hidden;
  const std::vector<std::uint16_t> row(begin, begin + config.hidden);
  if (Quantises(config)) {
    const QuantizedRow quantized =
        QuantizeRow(config.x_type, row, SmoothScalesOf(config, from, copy));
    result.quantized.insert(result.quantized.end(), quantized.values.begin(),
                            quantized.values.end());
    result.dynamic_scales.push_back(quantized.dynamic_scale);
  } else {
    result.expand_x.insert(result.expand_x.end(), row.begin(), row.end());
  }
  result.assist_info.push_back(copy.source);
  result.assist_info.push_back(static_cast<std::int32_t>(copy.token));
  result.assist_info.push_back(copy.slot);
  ++result.own_rows;
}

// The part of the result that the EP exchange gives, sections 6.2 to 6.5. `group[q]` is EP rank q.
DispatchResult Exchange(const moe::MoeConfig& config, const std::vector<const DispatchRank*>& group,
                        std::int32_t receiver) {
  DispatchResult result;
  const std::int32_t local_experts =
      receiver < config.num_shared_ranks
          ? 1
          : config.num_experts / (config.ep_size - config.num_shared_ranks);
  for (std::int32_t local = 0; local < local_experts; ++local) {
    const std::int64_t rows_before = result.own_rows;
    for (std::int32_t source = 0; source < config.ep_size; ++source) {
      const DispatchRank& from = *group[Index(source)];
      for (std::int64_t token = 0; token < from.num_tokens; ++token) {
        for (const Copy& copy : CopiesOfToken(config, from, source, token, receiver, local)) {
          AppendRow(config, from, copy, result);
        }
      }
      result.ep_recv_counts.push_back(static_cast<std::int32_t>(result.own_rows));
    }
    result.expert_token_counts.push_back(result.own_rows - rows_before);
    result.expert_token_prefix_sums.push_back(result.own_rows);
  }
  return result;
}

// Section 8: `own` behind the EP exchange, with the rows and totals of its TP peer added.
DispatchResult Gather(const moe::MoeConfig& config, const DispatchResult& own,
                      const DispatchResult& peer, std::int32_t tp_rank) {
  Require(own.expert_token_counts.size() == 1, Code::kInner, "TP allows one expert a rank, not {}",
          own.expert_token_counts.size());
  DispatchResult result = own;
  result.peer_rows = peer.own_rows;
  const auto append = [](auto& rows, const auto& more) {
    rows.insert(rows.end(), more.begin(), more.end());
  };
  append(result.expand_x, peer.expand_x);
  append(result.quantized, peer.quantized);
  append(result.dynamic_scales, peer.dynamic_scales);
  append(result.ep_recv_counts, peer.ep_recv_counts);
  result.expert_token_counts = {own.own_rows + peer.own_rows};
  result.expert_token_prefix_sums = {own.own_rows + peer.own_rows};
  result.tp_recv_counts.resize(Index(config.tp_size));
  result.tp_recv_counts[Index(tp_rank)] = static_cast<std::int32_t>(own.own_rows);
  result.tp_recv_counts[Index(1 - tp_rank)] = static_cast<std::int32_t>(peer.own_rows);
  return result;
}

}  // namespace

std::vector<DispatchResult> Dispatch(const moe::MoeConfig& config,
                                     const std::vector<DispatchRank>& world) {
  CheckWorld(config, world);
  std::vector<DispatchResult> exchanged(world.size());
  for (std::int32_t tp_rank = 0; tp_rank < config.tp_size; ++tp_rank) {
    std::vector<const DispatchRank*> group;
    for (std::int32_t ep_rank = 0; ep_rank < config.ep_size; ++ep_rank) {
      group.push_back(&world[Index(ep_rank * config.tp_size + tp_rank)]);
    }
    for (std::int32_t ep_rank = 0; ep_rank < config.ep_size; ++ep_rank) {
      exchanged[Index(ep_rank * config.tp_size + tp_rank)] = Exchange(config, group, ep_rank);
    }
  }
  if (config.tp_size == 1) return exchanged;

  std::vector<DispatchResult> gathered;
  for (std::int32_t ep_rank = 0; ep_rank < config.ep_size; ++ep_rank) {
    for (std::int32_t tp_rank = 0; tp_rank < config.tp_size; ++tp_rank) {
      gathered.push_back(Gather(config, exchanged[Index(ep_rank * config.tp_size + tp_rank)],
                                exchanged[Index(ep_rank * config.tp_size + 1 - tp_rank)], tp_rank));
    }
  }
  return gathered;
}

}  // namespace ferry::reference
