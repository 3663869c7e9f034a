#include "support/moe_calls.h"

#include <algorithm>

#include "aclnnop/aclnn_moe_distribute_combine_v2.h"
#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"

namespace ferry::support {
namespace {

// The attributes that both operators take, from what a caller may choose.
struct Attributes {
  std::int64_t global_bs;
  std::int64_t shared_expert_num;
  std::int64_t tp_world_size;
  const char* comm_alg;
};

Attributes AttributesOf(const moe::MoeConfig& config, const CallOptions& options) {
  const auto choose = [](std::int64_t value, std::int64_t usual) {
    return value == kDefault ? usual : value;
  };
  return {.global_bs = choose(options.global_bs, config.global_batch),
          .shared_expert_num = choose(options.shared_expert_num, config.num_shared_experts),
          .tp_world_size = choose(options.tp_world_size, config.tp_size == 1 ? 0 : 2),
          .comm_alg = options.comm_alg.empty() ? nullptr : options.comm_alg.c_str()};
}

aclDataType TokenType(const moe::MoeConfig& config) {
  return config.x_type == DType::kBFloat16 ? ACL_BF16 : ACL_FLOAT16;
}

TensorPtr Make(aclDataType type, std::vector<std::int64_t> dims, const Storage& storage = {}) {
  return std::make_shared<DeviceTensor>(type, std::move(dims), storage);
}

template <class T>
TensorPtr MakeWith(aclDataType type, std::vector<std::int64_t> dims, const std::vector<T>& values,
                   const Storage& storage = {}) {
  TensorPtr tensor = Make(type, std::move(dims), storage);
  tensor->Write(values);
  return tensor;
}

aclTensor* HandleOf(const TensorPtr& tensor) {
  return tensor != nullptr ? tensor->handle() : nullptr;
}

// Adds expertScales, sharedExpertX and xOut to a combine whose other tensors are there.
void AddOwnersTensors(const moe::MoeConfig& config, const reference::CombineRank& input,
                      CombineTensors& tensors) {
  const CombineOptions& options = tensors.options;
  const std::vector<std::int64_t> dims = {input.num_tokens, config.hidden};
  tensors.expert_scales = MakeWith(ACL_FLOAT, {input.num_tokens, config.top_k}, input.expert_scales,
                                   options.expert_scales);
  if (!input.shared_expert_x.empty()) {
    std::vector<std::int64_t> shared_dims = dims;
    if (options.shared_expert_x_is_3d) shared_dims.insert(shared_dims.begin(), 1);
    tensors.shared_expert_x =
        MakeWith(TokenType(config), shared_dims, input.shared_expert_x, options.shared_expert_x);
  }
  switch (options.output) {
    case CombineOutput::kOwn:
      tensors.x_out = Make(TokenType(config), dims, options.x_out);
      break;
    case CombineOutput::kExpandX:
      tensors.x_out = std::make_shared<DeviceTensor>(*tensors.expand_x, dims, options.x_out);
      break;
    case CombineOutput::kSharedExpertX:
      // The same elements in the same places, whatever rank the input has.
      tensors.x_out =
          std::make_shared<DeviceTensor>(*tensors.shared_expert_x, dims, options.shared_expert_x);
      break;
    case CombineOutput::kDispatchX:
      break;  // set by MakeCombineAfter
  }
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

std::int64_t Capacity(const moe::MoeConfig& config, std::int32_t ep_rank) {
  if (ep_rank >= config.num_shared_ranks) {
    const std::int64_t local = config.num_experts / (config.ep_size - config.num_shared_ranks);
    return config.global_batch * std::min<std::int64_t>(local, config.top_k);
  }
  const std::int64_t copies = config.num_shared_ranks / config.num_shared_experts;
  return config.global_batch / config.ep_size * ((config.ep_size + copies - 1) / copies);
}

DispatchTensors MakeDispatch(const moe::MoeConfig& config, std::int32_t ep_rank,
                             const reference::DispatchRank& input, const DispatchOptions& options) {
  const std::int64_t capacity = Capacity(config, ep_rank);
  const std::int64_t rows =
      options.expand_x_rows == kDefault ? capacity * config.tp_size : options.expand_x_rows;
  const std::int64_t words =
      options.assist_words == kDefault ? capacity * 128 : options.assist_words;
  const std::int64_t local = config.local_experts(ep_rank);
  const aclDataType type = TokenType(config);
  return {
      .options = options,
      .x = MakeWith(type, {input.num_tokens, config.hidden}, input.x, options.x),
      .expert_ids = MakeWith(ACL_INT32, {input.num_tokens, config.top_k}, input.expert_ids,
                             options.expert_ids),
      .expand_x = Make(type, {rows, config.hidden}, options.expand_x),
      .dynamic_scales = Make(ACL_FLOAT, {4}),
      .assist_info = Make(ACL_INT32, {words}, options.assist_info),
      .expert_token_nums = Make(ACL_INT64, {local}, options.expert_token_nums),
      .ep_recv_counts =
          Make(ACL_INT32, {config.ep_size * local * config.tp_size}, options.ep_recv_counts),
      .tp_recv_counts = Make(ACL_INT32, {2}, options.tp_recv_counts),
      .expand_scales = Make(ACL_FLOAT, {4}),
  };
}

std::vector<Outcome> Dispatch(const World& world, const moe::MoeConfig& config,
                              const std::vector<DispatchTensors>& ranks) {
  const auto first = [&](std::size_t w, std::uint64_t* bytes, aclOpExecutor** executor) {
    const Rank& rank = world.rank(w);
    const DispatchTensors& t = ranks[w];
    const Attributes a = AttributesOf(config, t.options.call);
    return aclnnMoeDistributeDispatchV2GetWorkspaceSize(
        t.x->handle(), t.expert_ids->handle(), nullptr, nullptr, nullptr, rank.ep_name.c_str(),
        config.ep_size, rank.ep_rank, config.num_experts, rank.tp_name.c_str(), a.tp_world_size,
        rank.tp_rank, 0, a.shared_expert_num, config.num_shared_ranks, 0, a.global_bs,
        static_cast<std::int64_t>(t.options.counts_type), a.comm_alg, t.expand_x->handle(),
        t.dynamic_scales->handle(), t.assist_info->handle(), t.expert_token_nums->handle(),
        t.ep_recv_counts->handle(), t.tp_recv_counts->handle(), t.expand_scales->handle(), bytes,
        executor);
  };
  return world.Run(first, aclnnMoeDistributeDispatchV2);
}

::testing::AssertionResult HoldsDispatch(DispatchTensors& tensors,
                                         const reference::DispatchResult& expected) {
  const auto& nums = tensors.options.counts_type == moe::CountsType::kCounts
                         ? expected.expert_token_counts
                         : expected.expert_token_prefix_sums;
  struct Part {
    const char* name;
    ::testing::AssertionResult result;
  };
  const Part parts[] = {
      {"epRecvCounts", tensors.ep_recv_counts->Holds(expected.ep_recv_counts)},
      {"expertTokenNums", tensors.expert_token_nums->Holds(nums)},
      {"tpRecvCounts", tensors.tp_recv_counts->Holds(expected.tp_recv_counts)},
      {"assistInfoForCombine", tensors.assist_info->Holds(expected.assist_info)},
      {"expandX", tensors.expand_x->Holds(expected.expand_x)},
      {"dynamicScales", tensors.dynamic_scales->IsUntouched()},
      {"expandScales", tensors.expand_scales->IsUntouched()},
      {"x", tensors.x->IsUntouched()},
      {"expertIds", tensors.expert_ids->IsUntouched()},
  };
  for (const Part& part : parts) {
    if (!part.result) {
      return ::testing::AssertionFailure() << part.name << ": " << part.result.message();
    }
  }
  return ::testing::AssertionSuccess();
}

CombineTensors MakeCombine(const moe::MoeConfig& config, std::int32_t ep_rank, std::int32_t tp_rank,
                           const reference::CombineRank& input, const CombineOptions& options) {
  const std::int64_t capacity = Capacity(config, ep_rank);
  const std::int64_t entries = std::int64_t{config.ep_size} * config.local_experts(ep_rank);
  CombineTensors tensors;
  tensors.options = options;
  tensors.expand_x = MakeWith(TokenType(config), {capacity * config.tp_size, config.hidden},
                              input.expand_x, options.expand_x);
  tensors.expert_ids =
      MakeWith(ACL_INT32, {input.num_tokens, config.top_k}, input.expert_ids, options.expert_ids);
  tensors.assist_info =
      MakeWith(ACL_INT32, {capacity * 128}, input.assist_info, options.assist_info);
  // Only the last of this rank's own entries counts.
  std::vector<std::int32_t> counts(static_cast<std::size_t>(entries * config.tp_size), -1);
  counts[static_cast<std::size_t>(entries - 1)] = static_cast<std::int32_t>(input.own_rows);
  tensors.ep_send_counts = MakeWith(ACL_INT32, {entries * config.tp_size}, counts);
  if (config.tp_size == 2) {
    // Only the peer's entry counts.
    std::vector<std::int32_t> tp_counts(2, -1);
    tp_counts[static_cast<std::size_t>(1 - tp_rank)] = static_cast<std::int32_t>(input.peer_rows);
    tensors.tp_send_counts = MakeWith(ACL_INT32, {2}, tp_counts);
  }
  AddOwnersTensors(config, input, tensors);
  return tensors;
}

CombineTensors MakeCombineAfter(const moe::MoeConfig& config, const DispatchTensors& dispatch,
                                const reference::CombineRank& input,
                                const CombineOptions& options) {
  CombineTensors tensors;
  tensors.options = options;
  tensors.expand_x = dispatch.expand_x;
  tensors.expert_ids = dispatch.expert_ids;
  tensors.assist_info = dispatch.assist_info;
  tensors.ep_send_counts = dispatch.ep_recv_counts;
  if (config.tp_size == 2) tensors.tp_send_counts = dispatch.tp_recv_counts;
  if (!input.expand_x.empty()) tensors.expand_x->Write(input.expand_x);
  AddOwnersTensors(config, input, tensors);
  if (options.output == CombineOutput::kDispatchX) tensors.x_out = dispatch.x;
  return tensors;
}

std::vector<Outcome> Combine(const World& world, const moe::MoeConfig& config,
                             const std::vector<CombineTensors>& ranks) {
  const auto first = [&](std::size_t w, std::uint64_t* bytes, aclOpExecutor** executor) {
    const Rank& rank = world.rank(w);
    const CombineTensors& t = ranks[w];
    const Attributes a = AttributesOf(config, t.options.call);
    return aclnnMoeDistributeCombineV2GetWorkspaceSize(
        t.expand_x->handle(), t.expert_ids->handle(), t.assist_info->handle(),
        t.ep_send_counts->handle(), t.expert_scales->handle(), HandleOf(t.tp_send_counts), nullptr,
        nullptr, nullptr, nullptr, nullptr, HandleOf(t.shared_expert_x), rank.ep_name.c_str(),
        config.ep_size, rank.ep_rank, config.num_experts, rank.tp_name.c_str(), a.tp_world_size,
        rank.tp_rank, 0, a.shared_expert_num, config.num_shared_ranks, a.global_bs, 0, 0, 0,
        a.comm_alg, t.x_out->handle(), bytes, executor);
  };
  return world.Run(first, aclnnMoeDistributeCombineV2);
}

::testing::AssertionResult HoldsCombine(CombineTensors& tensors,
                                        const reference::CombineResult& expected) {
  // First, so that the memory it shares with an input is judged with the output in it.
  AssumeProduced(expected, *tensors.x_out);
  struct Part {
    const char* name;
    const TensorPtr& tensor;
  };
  const Part parts[] = {
      {"x", tensors.x_out},
      {"expandX", tensors.expand_x},
      {"expertIds", tensors.expert_ids},
      {"assistInfoForCombine", tensors.assist_info},
      {"epSendCounts", tensors.ep_send_counts},
      {"tpSendCounts", tensors.tp_send_counts},
      {"expertScales", tensors.expert_scales},
      {"sharedExpertX", tensors.shared_expert_x},
  };
  for (const Part& part : parts) {
    if (part.tensor == nullptr) continue;
    const ::testing::AssertionResult result = part.tensor->Matches();
    if (!result) return ::testing::AssertionFailure() << part.name << ": " << result.message();
  }
  return ::testing::AssertionSuccess();
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
