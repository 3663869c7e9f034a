#include "aclnnop/aclnn_moe_distribute_combine_v2.h"
#include "base/env.h"
#include "support/moe_call_parts.h"

namespace ferry::support {
namespace {

TensorPtr MakeSharedExpertX(const moe::MoeConfig& config, const reference::CombineRank& input,
                            const CombineOptions& options) {
  if (input.shared_expert_x.empty()) return nullptr;
  std::vector<std::int64_t> dims = {input.num_tokens, config.hidden};
  if (const std::int64_t blocks = options.shared_expert_x_blocks; blocks != 0) {
    dims = {blocks, input.num_tokens / blocks, config.hidden};
  }
  return MakeWith(TokenType(config), dims, input.shared_expert_x, options.shared_expert_x);
}

// The tensor that stands for tpSendCounts where the options want one that is not used.
TensorPtr OtherTpSendCounts(const CombineOptions& options) {
  if (!options.gives_tp_send_counts || !options.tp_send_counts_dims) return nullptr;
  return Make(ACL_INT32, *options.tp_send_counts_dims, options.tp_send_counts);
}

// Adds what an owner of tokens brings, and xOut, to a combine whose other tensors are there.
void AddOwnersTensors(const moe::MoeConfig& config, const reference::CombineRank& input,
                      CombineTensors& tensors) {
  const CombineOptions& options = tensors.options;
  const std::vector<std::int64_t> dims = {input.num_tokens, config.hidden};
  tensors.expert_scales = MakeWith(ACL_FLOAT, {input.num_tokens, config.top_k}, input.expert_scales,
                                   options.expert_scales);
  tensors.mask = MakeMask(config, input, options.mask);
  if (options.gives_expand_scales) {
    const std::vector<std::int64_t> usual = {4};
    tensors.expand_scales =
        Make(ACL_FLOAT, options.expand_scales_dims.value_or(usual), options.expand_scales);
  }
  tensors.shared_expert_x = MakeSharedExpertX(config, input, options);
  switch (options.output) {
    case CombineOutput::kOwn:
      tensors.x_out = Make(TokenType(config), dims, options.x_out);
      break;
    case CombineOutput::kExpandX:
      tensors.x_out = std::make_shared<DeviceTensor>(*tensors.expand_x, dims, options.x_out);
      break;
    case CombineOutput::kSharedExpertX:
      tensors.x_out = std::make_shared<DeviceTensor>(*tensors.shared_expert_x, dims, options.x_out);
      break;
    case CombineOutput::kDispatchX:
      break;  // set by MakeCombineAfter
  }
}

TensorPtr MakeExpandX(const moe::MoeConfig& config, std::int64_t rows,
                      const reference::CombineRank& input, const CombineOptions& options) {
  return MakeWith(TokenType(config), {rows, config.hidden}, input.expand_x, options.expand_x);
}

// Rows of tokens that are not produced stay as they were.
void AssumeProduced(const reference::CombineResult& expected, DeviceTensor& x_out) {
  const std::int64_t hidden = x_out.dims().back();
  for (std::size_t token = 0; token < expected.produced.size(); ++token) {
    if (!expected.produced[token]) continue;
    const std::int64_t first = static_cast<std::int64_t>(token) * hidden;
    const auto row = expected.x.begin() + first;
    x_out.Assume(std::vector<std::uint16_t>(row, row + hidden), first);
  }
}

}  // namespace

CombineTensors MakeCombine(const moe::MoeConfig& config, std::int32_t ep_rank, std::int32_t tp_rank,
                           const reference::CombineRank& input, const CombineOptions& options) {
  const std::int64_t capacity = Capacity(config, ep_rank);
  const std::int64_t entries = std::int64_t{config.ep_size} * config.local_experts(ep_rank);
  CombineTensors tensors;
  tensors.options = options;
  const std::int64_t rows =
      options.expand_x_rows == kDefault ? capacity * config.tp_size : options.expand_x_rows;
  tensors.expand_x = MakeExpandX(config, rows, input, options);
  tensors.expert_ids =
      MakeWith(ACL_INT32, {input.num_tokens, config.top_k}, input.expert_ids, options.expert_ids);
  tensors.assist_info =
      MakeWith(ACL_INT32, {capacity * 128}, input.assist_info, options.assist_info);
  // Only the last of this rank's own entries counts.
  std::vector<std::int32_t> counts(static_cast<std::size_t>(entries * config.tp_size), -1);
  counts[static_cast<std::size_t>(entries - 1)] = static_cast<std::int32_t>(input.own_rows);
  tensors.ep_send_counts =
      MakeWith(ACL_INT32, {entries * config.tp_size}, counts, options.ep_send_counts);
  if (config.tp_size == 2 || options.gives_tp_send_counts || env::Strict()) {
    // Only the peer's entry counts.
    const bool any_number = config.tp_size == 2 || !env::Strict();
    std::vector<std::int32_t> tp_counts(any_number ? 2 : 0, -1);
    if (config.tp_size == 2) {
      tp_counts[static_cast<std::size_t>(1 - tp_rank)] = static_cast<std::int32_t>(input.peer_rows);
    }
    tensors.tp_send_counts = MakeWith(ACL_INT32, {static_cast<std::int64_t>(tp_counts.size())},
                                      tp_counts, options.tp_send_counts);
  }
  if (const TensorPtr other = OtherTpSendCounts(options)) tensors.tp_send_counts = other;
  AddOwnersTensors(config, input, tensors);
  return tensors;
}

CombineTensors MakeCombineAfter(const moe::MoeConfig& config, const DispatchTensors& dispatch,
                                const reference::CombineRank& input,
                                const CombineOptions& options) {
  CombineTensors tensors;
  tensors.options = options;
  tensors.expert_ids = dispatch.expert_ids;
  tensors.assist_info = dispatch.assist_info;
  tensors.ep_send_counts = dispatch.ep_recv_counts;
  if (config.tp_size == 2 || options.gives_tp_send_counts || env::Strict()) {
    tensors.tp_send_counts = dispatch.tp_recv_counts;
  }
  if (const TensorPtr other = OtherTpSendCounts(options)) tensors.tp_send_counts = other;
  if (config.quantization == moe::Quantization::kNone) {
    tensors.expand_x = dispatch.expand_x;
    if (!input.expand_x.empty()) tensors.expand_x->Write(input.expand_x);
  } else {
    tensors.expand_x = MakeExpandX(config, dispatch.expand_x->dims()[0], input, options);
  }
  AddOwnersTensors(config, input, tensors);
  if (options.output == CombineOutput::kDispatchX) tensors.x_out = dispatch.x;
  return tensors;
}

std::vector<Outcome> Combine(const World& world, const moe::MoeConfig& config,
                             const std::vector<CombineTensors>& ranks,
                             const std::function<void()>& between) {
  const auto first = [&](std::size_t w, std::uint64_t* bytes, aclOpExecutor** executor) {
    const Rank& rank = world.rank(w);
    const CombineTensors& t = ranks[w];
    const Attributes a = AttributesOf(config, t.options.call);
    return aclnnMoeDistributeCombineV2GetWorkspaceSize(
        t.expand_x->handle(), t.expert_ids->handle(), t.assist_info->handle(),
        t.ep_send_counts->handle(), t.expert_scales->handle(), HandleOf(t.tp_send_counts),
        HandleOf(t.mask), nullptr, nullptr, nullptr, HandleOf(t.expand_scales),
        HandleOf(t.shared_expert_x), rank.ep_name.c_str(), config.ep_size, rank.ep_rank,
        config.num_experts, GroupTpOf(rank, t.options.call), a.tp_world_size, rank.tp_rank, 0,
        a.shared_expert_num, config.num_shared_ranks, a.global_bs, t.options.out_dtype,
        static_cast<std::int64_t>(config.transport), t.options.group_list_type, a.comm_alg,
        t.x_out->handle(), bytes, executor);
  };
  return world.Run(first, aclnnMoeDistributeCombineV2, between);
}

::testing::AssertionResult HoldsCombine(CombineTensors& tensors,
                                        const reference::CombineResult& expected) {
  // First, so that the memory it shares with an input is judged with the output in it.
  AssumeProduced(expected, *tensors.x_out);
  return AllOf({{"x", tensors.x_out->Matches()},
                {"expandX", IsUntouched(tensors.expand_x)},
                {"expertIds", IsUntouched(tensors.expert_ids)},
                {"assistInfoForCombine", IsUntouched(tensors.assist_info)},
                {"epSendCounts", IsUntouched(tensors.ep_send_counts)},
                {"tpSendCounts", IsUntouched(tensors.tp_send_counts)},
                {"expertScales", IsUntouched(tensors.expert_scales)},
                {"xActiveMask", IsUntouched(tensors.mask)},
                {"expandScales", IsUntouched(tensors.expand_scales)},
                {"sharedExpertX", IsUntouched(tensors.shared_expert_x)}});
}

::testing::AssertionResult AllOk(const std::vector<Outcome>& outcomes) {
  for (std::size_t w = 0; w < outcomes.size(); ++w) {
    if (outcomes[w].ok()) continue;
    return ::testing::AssertionFailure()
           << "world rank " << w << ": launch " << outcomes[w].launch << ", finish "
           << outcomes[w].finish << ", \"" << outcomes[w].message << '"';
  }
  return ::testing::AssertionSuccess();
}

}  // namespace ferry::support
