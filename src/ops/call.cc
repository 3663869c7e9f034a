#include "ops/call.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/math.h"
#include "moe/placement.h"
#include "ops/product.h"

namespace ferry::ops {
namespace {

bool IsWithin(std::int64_t value, std::int64_t low, std::int64_t high) {
  return value >= low && value <= high;
}

}  // namespace

StringArg::StringArg(const char* pointer, std::size_t longest) : given(pointer != nullptr) {
  if (given) text.assign(pointer, strnlen(pointer, longest));
}

std::int64_t MoeCall::shared_experts() const {
  const bool described_but_absent = shared_expert_rank_num == 0 && shared_expert_num == 1;
  return described_but_absent ? 0 : shared_expert_num;
}

std::int64_t MoeCall::local_batch_sum() const {
  return SaturatingMultiply(num_tokens(), ep_world_size);
}

std::int64_t MoeCall::global_batch() const {
  return global_bs != 0 ? global_bs : local_batch_sum();
}

std::int64_t MoeCall::max_batch() const {
  return ep_world_size > 0 ? std::max<std::int64_t>(global_batch() / ep_world_size, 0) : 0;
}

std::int64_t MoeCall::experts_per_rank() const {
  const auto sizes = layout();
  return sizes ? sizes->experts_per_rank() : 0;
}

std::int64_t MoeCall::local_experts() const {
  const auto sizes = layout();
  return sizes ? sizes->local_experts(static_cast<std::int32_t>(ep_rank_id)) : 0;
}

std::int64_t MoeCall::counts_length() const {
  return SaturatingMultiply(SaturatingMultiply(ep_world_size, local_experts()), tp_ranks());
}

std::int64_t MoeCall::capacity() const {
  const auto sizes = layout();
  if (!sizes) return 0;
  // Capacity is proportional to the batch, so one token a rank is multiplied up: globalBs may be
  // anything, and the multiplication has to stop at the end of the integers.
  const auto rank = static_cast<std::int32_t>(ep_rank_id);
  return SaturatingMultiply(max_batch(), moe::Placement(*sizes).Capacity(rank));
}

std::int64_t MoeCall::rows_with_tp() const {
  return SaturatingMultiply(tp_ranks(), capacity());
}

WindowShape MoeCall::window_shape() const {
  return {.max_batch = max_batch(),
          .ep_size = ep_world_size,
          .experts_per_rank = experts_per_rank(),
          .top_k = top_k(),
          .shared_experts = shared_experts(),
          .hidden = std::max<std::int64_t>(hidden(), 0)};
}

std::int64_t MoeCall::window_bytes() const {
  return WindowBytesA3(window_shape(), window_form());
}

std::optional<moe::MoeConfig> MoeCall::layout() const {
  const std::int64_t shared = shared_experts();
  if (!IsWithin(ep_world_size, 1, kA3.max_ep_size) || !IsWithin(ep_rank_id, 0, ep_world_size - 1) ||
      !IsWithin(shared_expert_rank_num, 0, ep_world_size - 1) ||
      !IsWithin(moe_expert_num, 1, kA3.max_experts) ||
      !IsWithin(shared, 0, kA3.max_shared_experts)) {
    return std::nullopt;
  }
  if ((shared == 0) != (shared_expert_rank_num == 0)) return std::nullopt;
  if (shared > 0 && shared_expert_rank_num % shared != 0) return std::nullopt;

  constexpr std::int64_t kMaxInt = std::numeric_limits<std::int32_t>::max();
  moe::MoeConfig config;
  config.ep_size = static_cast<std::int32_t>(ep_world_size);
  config.tp_size = static_cast<std::int32_t>(tp_ranks());
  config.num_experts = static_cast<std::int32_t>(moe_expert_num);
  config.num_shared_experts = static_cast<std::int32_t>(shared);
  config.num_shared_ranks = static_cast<std::int32_t>(shared_expert_rank_num);
  config.top_k = static_cast<std::int32_t>(std::clamp<std::int64_t>(top_k(), 0, kMaxInt));
  config.hidden = hidden();
  config.global_batch = ep_world_size;
  return config;
}

moe::MoeConfig MoeCall::Config(DType x_type) const {
  moe::MoeConfig config = layout().value();
  config.global_batch = global_batch();
  config.x_type = x_type;
  return config;
}

}  // namespace ferry::ops
