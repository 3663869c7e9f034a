// Valid calls that unit tests start from: ep 4, one shared expert on rank 0, six MoE experts, two
// of two tokens each rank, as the worked example of the dispatch specification has them.
#ifndef FERRY_OPS_EXAMPLE_CALLS_H_
#define FERRY_OPS_EXAMPLE_CALLS_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "ops/combine_call.h"
#include "ops/dispatch_call.h"

namespace ferry::ops::testing {

inline constexpr std::int64_t kTokens = 2;
inline constexpr std::int64_t kTopK = 2;
inline constexpr std::int64_t kHidden = 1024;
inline constexpr std::int64_t kRows = 16;  // A of a MoE rank

// A contiguous tensor over memory that nobody reads.
inline TensorArg MakeTensor(std::vector<std::int64_t> dims, DType dtype) {
  alignas(64) static std::byte memory[64];
  TensorArg tensor;
  tensor.strides.assign(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) tensor.strides[i - 1] = tensor.strides[i] * dims[i];
  tensor.dims = std::move(dims);
  tensor.dtype = dtype;
  tensor.data = memory;
  return tensor;
}

inline void FillCommon(MoeCall& call) {
  call.expert_ids = MakeTensor({kTokens, kTopK}, DType::kInt32);
  call.group_ep = StringArg("ep", kGroupNameBytes);
  call.ep_world_size = 4;
  call.ep_rank_id = 1;
  call.moe_expert_num = 6;
  call.shared_expert_num = 1;
  call.shared_expert_rank_num = 1;
  call.workspace_size_given = true;
  call.executor_given = true;
  call.facts.device = 1;
  call.facts.ep = GroupFacts{.rank = 1, .size = 4};
}

inline DispatchCall MakeDispatchCall() {
  DispatchCall call;
  FillCommon(call);
  call.x = MakeTensor({kTokens, kHidden}, DType::kBFloat16);
  call.expand_x = MakeTensor({kRows, kHidden}, DType::kBFloat16);
  call.dynamic_scales = MakeTensor({0}, DType::kFloat32);
  call.assist_info = MakeTensor({kRows * 128}, DType::kInt32);
  call.expert_token_nums = MakeTensor({2}, DType::kInt64);
  call.ep_recv_counts = MakeTensor({8}, DType::kInt32);
  call.tp_recv_counts = MakeTensor({0}, DType::kInt32);
  return call;
}

inline CombineCall MakeCombineCall() {
  CombineCall call;
  FillCommon(call);
  call.expand_x = MakeTensor({kRows, kHidden}, DType::kBFloat16);
  call.assist_info = MakeTensor({kRows * 128}, DType::kInt32);
  call.ep_send_counts = MakeTensor({8}, DType::kInt32);
  call.expert_scales = MakeTensor({kTokens, kTopK}, DType::kFloat32);
  call.x = MakeTensor({kTokens, kHidden}, DType::kBFloat16);
  return call;
}

}  // namespace ferry::ops::testing

#endif  // FERRY_OPS_EXAMPLE_CALLS_H_
