#include "ops/attribute_rules.h"

#include <algorithm>
#include <limits>

#include "ops/product.h"
#include "ops/tensor_arg.h"

namespace ferry::ops {
namespace {

using Row = Rule<MoeCall>;

bool HasTp(const MoeCall& call) {
  return call.has_tp();
}

Row::Text Number(std::int64_t MoeCall::*member) {
  return [member](const MoeCall& call) { return fmt::format("{}", call.*member); };
}

// [0, epWorldSize - 1].
Row BelowEpWorldSize(std::string id, std::string parameter, std::int64_t MoeCall::*member) {
  return {std::move(id),
          std::move(parameter),
          Code::kTiling,
          [member](const MoeCall& call) {
            return call.*member >= 0 && call.*member < call.ep_world_size;
          },
          Number(member),
          [](const MoeCall& call) {
            return fmt::format("be in [0, epWorldSize = {})", call.ep_world_size);
          },
          {}};
}

std::string BufferForWindow(const MoeCall& call) {
  const std::int64_t least = MiBFor(call.window_bytes());
  return fmt::format(
      "be at least {} MiB: the window of these sizes takes {} bytes; set HCCL_BUFFSIZE={} on every "
      "rank",
      least, call.window_bytes(), least);
}

// What is enough for this call, so that nobody raises the least in vain.
std::string EnoughBuffer(const MoeCall& call) {
  if (call.layout() && MiBFor(call.window_bytes()) > kA3.min_buffer_mib)
    return BufferForWindow(call);
  return fmt::format("be at least {} MiB; set HCCL_BUFFSIZE={} on every rank", kA3.min_buffer_mib,
                     kA3.min_buffer_mib);
}

}  // namespace

Row EpWorldSizeInRange(std::string id) {
  return InRange(std::move(id), "epWorldSize", &MoeCall::ep_world_size, kA3.min_ep_size,
                 kA3.max_ep_size);
}

Row TpWorldSizeInRange(std::string id) {
  return InRange(std::move(id), "tpWorldSize", &MoeCall::tp_world_size, 0, kA3.max_tp_size);
}

Row EpRankIdInRange(std::string id) {
  return BelowEpWorldSize(std::move(id), "epRankId", &MoeCall::ep_rank_id);
}

Row TpRankIdInRange(std::string id) {
  return InRange<MoeCall>(std::move(id), "tpRankId", &MoeCall::tp_rank_id, 0, 1, HasTp);
}

Row TpRankIdIsZeroWithoutTp(std::string id) {
  return {std::move(id),
          "tpRankId",
          Code::kTiling,
          [](const MoeCall& call) { return call.tp_rank_id == 0; },
          Number(&MoeCall::tp_rank_id),
          [](const MoeCall& call) {
            return fmt::format("be 0 when tpWorldSize is {}", call.tp_world_size);
          },
          [](const MoeCall& call) { return !call.has_tp(); }};
}

Row ExpertShardTypeIsZero(std::string id) {
  return {std::move(id),
          "expertShardType",
          Code::kTiling,
          [](const MoeCall& call) { return call.expert_shard_type == 0; },
          Number(&MoeCall::expert_shard_type),
          Always("be 0 (shared experts on the first ranks)"),
          {}};
}

Row SharedExpertNumInRange(std::string id) {
  return InRange(std::move(id), "sharedExpertNum", &MoeCall::shared_expert_num, 0,
                 kA3.max_shared_experts);
}

Row SharedExpertRankNumInRange(std::string id) {
  return BelowEpWorldSize(std::move(id), "sharedExpertRankNum", &MoeCall::shared_expert_rank_num);
}

Row MoeExpertNumInRange(std::string id) {
  return InRange(std::move(id), "moeExpertNum", &MoeCall::moe_expert_num, 1, kA3.max_experts);
}

Row SharedRanksHaveExperts(std::string id) {
  return {std::move(id),
          "sharedExpertRankNum",
          Code::kTiling,
          [](const MoeCall& call) {
            return call.shared_experts() != 0 || call.shared_expert_rank_num <= 0;
          },
          Number(&MoeCall::shared_expert_rank_num),
          Always("be 0 when sharedExpertNum is 0"),
          {}};
}

Row SharedExpertsHaveRanks(std::string id) {
  return {std::move(id),
          "sharedExpertRankNum",
          Code::kTiling,
          [](const MoeCall& call) {
            return call.shared_experts() <= 0 || call.shared_expert_rank_num != 0;
          },
          Number(&MoeCall::shared_expert_rank_num),
          [](const MoeCall& call) {
            return fmt::format("be above 0 when sharedExpertNum is {}", call.shared_expert_num);
          },
          {}};
}

Row SharedRanksDivideEvenly(std::string id) {
  return {std::move(id),
          "sharedExpertRankNum",
          Code::kTiling,
          [](const MoeCall& call) {
            const std::int64_t shared = call.shared_experts();
            return shared <= 0 || call.shared_expert_rank_num % shared == 0;
          },
          Number(&MoeCall::shared_expert_rank_num),
          [](const MoeCall& call) {
            return fmt::format("be a multiple of sharedExpertNum = {}", call.shared_expert_num);
          },
          {}};
}

Row ExpertsDivideEvenly(std::string id) {
  const auto moe_ranks = [](const MoeCall& call) {
    const bool sane =
        call.shared_expert_rank_num >= 0 && call.shared_expert_rank_num < call.ep_world_size;
    return sane ? call.ep_world_size - call.shared_expert_rank_num : 0;
  };
  return {std::move(id),
          "moeExpertNum",
          Code::kTiling,
          [=](const MoeCall& call) {
            const std::int64_t ranks = moe_ranks(call);
            return ranks <= 0 || call.moe_expert_num % ranks == 0;
          },
          Number(&MoeCall::moe_expert_num),
          [=](const MoeCall& call) {
            return fmt::format("be a multiple of epWorldSize - sharedExpertRankNum = {}",
                               moe_ranks(call));
          },
          {}};
}

Row OneExpertPerRankWithTp(std::string id) {
  return {std::move(id),
          "moeExpertNum",
          Code::kTiling,
          [](const MoeCall& call) { return call.experts_per_rank() <= 1; },
          Number(&MoeCall::moe_expert_num),
          [](const MoeCall& call) {
            const auto layout = call.layout();
            return fmt::format(
                "be epWorldSize - sharedExpertRankNum = {} (one expert a rank) when tpWorldSize is "
                "2",
                layout ? layout->num_moe_ranks() : 0);
          },
          HasTp};
}

Row TokensInRange(std::string id, std::string parameter) {
  return {std::move(id),
          std::move(parameter),
          Code::kTiling,
          [](const MoeCall& call) {
            return call.num_tokens() >= 1 && call.num_tokens() <= kA3.max_tokens;
          },
          [](const MoeCall& call) { return fmt::format("{}", call.num_tokens()); },
          Always(fmt::format("be in [1, {}]", kA3.max_tokens)),
          {}};
}

Row GlobalBsHoldsOwnBatch(std::string id) {
  return {std::move(id),
          "globalBs",
          Code::kTiling,
          [](const MoeCall& call) {
            return call.global_bs == 0 || call.global_bs >= call.local_batch_sum();
          },
          Number(&MoeCall::global_bs),
          [](const MoeCall& call) {
            return fmt::format("be 0 or at least Bs * epWorldSize = {}", call.local_batch_sum());
          },
          {}};
}

Row GlobalBsIsMultipleOfEp(std::string id) {
  return {std::move(id),
          "globalBs",
          Code::kTiling,
          [](const MoeCall& call) {
            return call.ep_world_size <= 0 || call.global_bs % call.ep_world_size == 0;
          },
          Number(&MoeCall::global_bs),
          [](const MoeCall& call) {
            return fmt::format("be a multiple of epWorldSize = {}", call.ep_world_size);
          },
          {}};
}

Row NoMaskWithUnequalBatches(std::string id) {
  return {std::move(id),
          "globalBs",
          Code::kTiling,
          [](const MoeCall& call) { return !call.batches_may_differ(); },
          Number(&MoeCall::global_bs),
          [](const MoeCall& call) {
            return fmt::format("be 0 or Bs * epWorldSize = {} when xActiveMaskOptional is given",
                               call.local_batch_sum());
          },
          [](const MoeCall& call) { return call.active_mask.has_value(); }};
}

Row TopKInRange(std::string id) {
  return {std::move(id),
          "expertIds dim 1 (K)",
          Code::kTiling,
          [](const MoeCall& call) {
            return call.top_k() >= 1 &&
                   call.top_k() <= std::min(kA3.max_top_k, call.moe_expert_num);
          },
          [](const MoeCall& call) { return fmt::format("{}", call.top_k()); },
          [](const MoeCall& call) {
            return fmt::format("be in [1, min({}, moeExpertNum = {})]", kA3.max_top_k,
                               call.moe_expert_num);
          },
          {}};
}

Row HiddenInRange(std::string id, std::string parameter) {
  return {std::move(id),
          std::move(parameter),
          Code::kTiling,
          [](const MoeCall& call) {
            return call.hidden() >= kA3.min_hidden && call.hidden() <= kA3.max_hidden;
          },
          [](const MoeCall& call) { return fmt::format("{}", call.hidden()); },
          Always(fmt::format("be in [{}, {}]", kA3.min_hidden, kA3.max_hidden)),
          {}};
}

Row BufferHasTheLeast(std::string id) {
  return {std::move(id),
          "HCCL_BUFFSIZE",
          Code::kTiling,
          [](const MoeCall& call) { return call.facts.buffer_mib >= kA3.min_buffer_mib; },
          [](const MoeCall& call) { return fmt::format("{} MiB", call.facts.buffer_mib); },
          EnoughBuffer,
          {}};
}

Row BufferHoldsWindow(std::string id) {
  return {std::move(id),
          "HCCL_BUFFSIZE",
          Code::kTiling,
          [](const MoeCall& call) { return MiBFor(call.window_bytes()) <= call.facts.buffer_mib; },
          [](const MoeCall& call) { return fmt::format("{} MiB", call.facts.buffer_mib); },
          BufferForWindow,
          {}};
}

}  // namespace ferry::ops
