#include <algorithm>

#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "base/env.h"
#include "support/moe_call_parts.h"

namespace ferry::support {
namespace {

constexpr std::int64_t kUnused = 4;  // elements of outputs that are not touched

bool Quantises(const moe::MoeConfig& config) {
  return config.quantization == moe::Quantization::kPerToken;
}

void MakeInputs(const moe::MoeConfig& config, const reference::DispatchRank& input,
                DispatchTensors& tensors) {
  const DispatchOptions& options = tensors.options;
  const std::vector<std::int64_t> pairs = {input.num_tokens, config.top_k};
  tensors.x = MakeWith(TokenType(config), {input.num_tokens, config.hidden}, input.x, options.x);
  tensors.expert_ids = MakeWith(ACL_INT32, pairs, input.expert_ids, options.expert_ids);
  tensors.mask = MakeMask(config, input, options.mask);
  if (!input.smooth_scales.empty()) {
    tensors.scales =
        MakeWith(ACL_FLOAT, {config.num_shared_experts + config.num_experts, config.hidden},
                 input.smooth_scales, options.scales);
  }
  if (options.gives_expert_scales) {
    tensors.expert_scales =
        Make(ACL_FLOAT, options.expert_scales_dims.value_or(pairs), options.expert_scales);
  }
}

void MakeOutputs(const moe::MoeConfig& config, std::int32_t ep_rank, DispatchTensors& tensors) {
  const DispatchOptions& options = tensors.options;
  const auto choose = [](std::int64_t value, std::int64_t usual) {
    return value == kDefault ? usual : value;
  };
  const std::int64_t capacity = Capacity(config, ep_rank);
  const std::int64_t rows = choose(options.expand_x_rows, capacity * config.tp_size);
  const std::int64_t local = config.local_experts(ep_rank);
  tensors.expand_x = Make(Quantises(config) ? ACL_INT8 : TokenType(config), {rows, config.hidden},
                          options.expand_x);
  if (!options.null_dynamic_scales) {
    const std::vector<std::int64_t> usual = {
        choose(options.dynamic_scales, Quantises(config) ? rows : kUnused)};
    tensors.dynamic_scales = Make(ACL_FLOAT, options.dynamic_scales_dims.value_or(usual),
                                  options.dynamic_scales_storage);
  }
  tensors.assist_info =
      Make(ACL_INT32, {choose(options.assist_words, capacity * 128)}, options.assist_info);
  tensors.expert_token_nums = Make(ACL_INT64, {local}, options.expert_token_nums);
  tensors.ep_recv_counts =
      Make(ACL_INT32, {config.ep_size * local * config.tp_size + options.spare_ep_recv_counts},
           options.ep_recv_counts);
  // Without TP any number will do, except for the device, whose part FERRY_STRICT=1 takes.
  const bool any_number = config.tp_size == 2 || !env::Strict();
  tensors.tp_recv_counts =
      Make(ACL_INT32, {any_number ? options.tp_recv_counts : 0}, options.tp_recv_counts_storage);
  if (!options.null_expand_scales) {
    const std::vector<std::int64_t> usual = {kUnused};
    tensors.expand_scales =
        Make(ACL_FLOAT, options.expand_scales_dims.value_or(usual), options.expand_scales);
  }
}

::testing::AssertionResult InputsAreUntouched(const DispatchTensors& tensors) {
  return AllOf({{"x", IsUntouched(tensors.x)},
                {"expertIds", IsUntouched(tensors.expert_ids)},
                {"scales", IsUntouched(tensors.scales)},
                {"xActiveMask", IsUntouched(tensors.mask)},
                {"expertScales", IsUntouched(tensors.expert_scales)}});
}

// Also where no rows came, whatever the element type.
::testing::AssertionResult HoldsBits(DeviceTensor& tensor, const std::vector<std::uint16_t>& bits) {
  return bits.empty() ? tensor.IsUntouched() : tensor.Holds(bits);
}

}  // namespace

std::int64_t Capacity(const moe::MoeConfig& config, std::int32_t ep_rank) {
  if (ep_rank >= config.num_shared_ranks) {
    const std::int64_t local = config.num_experts / (config.ep_size - config.num_shared_ranks);
    return config.global_batch * std::min<std::int64_t>(local, config.top_k);
  }
  const std::int64_t copies = config.num_shared_ranks / config.num_shared_experts;
  return config.global_batch / config.ep_size * ((config.ep_size + copies - 1) / copies);
}

std::vector<TensorPtr> DispatchTensors::outputs() const {
  std::vector<TensorPtr> given;
  for (const TensorPtr& tensor : {expand_x, dynamic_scales, assist_info, expert_token_nums,
                                  ep_recv_counts, tp_recv_counts, expand_scales}) {
    if (tensor != nullptr) given.push_back(tensor);
  }
  return given;
}

DispatchTensors MakeDispatch(const moe::MoeConfig& config, std::int32_t ep_rank,
                             const reference::DispatchRank& input, const DispatchOptions& options) {
  DispatchTensors tensors;
  tensors.options = options;
  MakeInputs(config, input, tensors);
  MakeOutputs(config, ep_rank, tensors);
  return tensors;
}

std::vector<Outcome> Dispatch(const World& world, const moe::MoeConfig& config,
                              const std::vector<DispatchTensors>& ranks,
                              const std::function<void()>& between) {
  const auto first = [&](std::size_t w, std::uint64_t* bytes, aclOpExecutor** executor) {
    const Rank& rank = world.rank(w);
    const DispatchTensors& t = ranks[w];
    const Attributes a = AttributesOf(config, t.options.call);
    return aclnnMoeDistributeDispatchV2GetWorkspaceSize(
        t.x->handle(), t.expert_ids->handle(), HandleOf(t.scales), HandleOf(t.mask),
        HandleOf(t.expert_scales), rank.ep_name.c_str(), config.ep_size, rank.ep_rank,
        config.num_experts, GroupTpOf(rank, t.options.call), a.tp_world_size, rank.tp_rank, 0,
        a.shared_expert_num, config.num_shared_ranks,
        static_cast<std::int64_t>(config.quantization), a.global_bs,
        static_cast<std::int64_t>(t.options.counts_type), a.comm_alg, t.expand_x->handle(),
        HandleOf(t.dynamic_scales), t.assist_info->handle(), t.expert_token_nums->handle(),
        t.ep_recv_counts->handle(), t.tp_recv_counts->handle(), HandleOf(t.expand_scales), bytes,
        executor);
  };
  return world.Run(first, aclnnMoeDistributeDispatchV2, between);
}

::testing::AssertionResult HoldsDispatch(DispatchTensors& tensors,
                                         const reference::DispatchResult& expected) {
  const auto& nums = tensors.options.counts_type == moe::CountsType::kCounts
                         ? expected.expert_token_counts
                         : expected.expert_token_prefix_sums;
  const bool quantised = !expected.dynamic_scales.empty();
  return AllOf(
      {{"epRecvCounts", tensors.ep_recv_counts->Holds(expected.ep_recv_counts)},
       {"expertTokenNums", tensors.expert_token_nums->Holds(nums)},
       {"tpRecvCounts", tensors.tp_recv_counts->Holds(expected.tp_recv_counts)},
       {"assistInfoForCombine", tensors.assist_info->Holds(expected.assist_info)},
       {"expandX", expected.quantized.empty() ? HoldsBits(*tensors.expand_x, expected.expand_x)
                                              : tensors.expand_x->Holds(expected.quantized)},
       {"dynamicScales", quantised ? tensors.dynamic_scales->Holds(expected.dynamic_scales)
                                   : IsUntouched(tensors.dynamic_scales)},
       {"expandScales", IsUntouched(tensors.expand_scales)},
       {"inputs", InputsAreUntouched(tensors)}});
}

::testing::AssertionResult StayedInside(DispatchTensors& tensors) {
  for (const TensorPtr& output : tensors.outputs()) {
    output->AssumeAnyElements();
    if (const auto result = output->Matches(); !result) return result;
  }
  return InputsAreUntouched(tensors);
}

}  // namespace ferry::support
