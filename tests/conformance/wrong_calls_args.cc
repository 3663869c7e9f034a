#include "wrong_calls_args.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <thread>

#include "acl/acl.h"
#include "aclnnop/aclnn_moe_distribute_combine_v2.h"
#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "support/device_tensor.h"
#include "support/recent_message.h"

namespace ferry::conformance {
namespace {

using support::Check;

// No test touches more of a tensor than this; rows fail on its description before.
constexpr std::int64_t kMaxMemory = std::int64_t{64} << 20;

std::int64_t BytesOf(const Tensor& tensor) {
  std::int64_t bytes = 8;
  for (const std::int64_t dim : tensor.dims) {
    if (dim <= 0) return 8;
    if (dim > kMaxMemory / bytes) return kMaxMemory;
    bytes *= dim;
  }
  // 8 bytes an element were assumed.
  return std::max<std::int64_t>(
      bytes / 8 * static_cast<std::int64_t>(aclDataTypeSize(tensor.dtype)), 8);
}

// A Tensor for the duration of a call.
class LiveTensor {
 public:
  explicit LiveTensor(const Tensor& tensor) {
    if (!tensor.given) return;
    if (!tensor.null_data) {
      Check(aclrtMalloc(&memory_, static_cast<std::size_t>(BytesOf(tensor) + tensor.shift),
                        ACL_MEM_MALLOC_HUGE_FIRST),
            "aclrtMalloc");
    }
    const auto dims = static_cast<std::uint64_t>(tensor.dims.size());
    handle_ = aclCreateTensor(
        tensor.dims.data(), dims, tensor.dtype,
        tensor.strides.empty() ? nullptr : tensor.strides.data(), tensor.offset, tensor.format,
        tensor.dims.data(), dims,
        tensor.null_data ? nullptr : static_cast<std::byte*>(memory_) + tensor.shift);
    if (tensor.destroyed) Check(aclDestroyTensor(handle_), "aclDestroyTensor");
    destroyed_ = tensor.destroyed;
  }
  LiveTensor(const LiveTensor&) = delete;
  LiveTensor& operator=(const LiveTensor&) = delete;
  ~LiveTensor() {
    if (!destroyed_) Check(aclDestroyTensor(handle_), "aclDestroyTensor");
    if (memory_ != nullptr) Check(aclrtFree(memory_), "aclrtFree");
  }

  operator aclTensor*() const { return handle_; }  // NOLINT(google-explicit-constructor)

 private:
  void* memory_ = nullptr;
  aclTensor* handle_ = nullptr;
  bool destroyed_ = false;
};

const char* Pointer(const OptionalString& text) {
  return text ? text->c_str() : nullptr;
}

// The device and the environment of one call.
class Place {
 public:
  explicit Place(const MoeArgs& args) : device_(args.device) {
    Check(aclrtSetDevice(device_), "aclrtSetDevice");
    if (args.buffer_mib) setenv("HCCL_BUFFSIZE", args.buffer_mib->c_str(), 1);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    unsetenv("HCCL_BUFFSIZE");
    Check(aclrtResetDevice(device_), "aclrtResetDevice");
  }

 private:
  std::int32_t device_;
};

using Phase2 = aclnnStatus (*)(void*, std::uint64_t, aclOpExecutor*, aclrtStream);

// What phase 2 finds is left on the stream, too.
Answer Launch(aclOpExecutor* executor, Phase2 phase2) {
  Answer answer;
  answer.code = phase2(nullptr, 0, executor, nullptr);
  answer.message = support::RecentMessage();
  const Answer pending = {aclrtSynchronizeStreamWithTimeout(nullptr, 60'000),
                          support::RecentMessage()};
  return pending.code == answer.code && pending.message == answer.message ? answer : pending;
}

// Runs `phase1(workspace size, executor)`, then `phase2` unless it is null, and reads the library's
// message.
template <class Phase1>
Answer AskHere(const MoeArgs& args, const Phase1& phase1, Phase2 phase2) {
  std::uint64_t workspace_size = 0;
  aclOpExecutor* executor = nullptr;
  Answer answer;
  answer.code = phase1(args.workspace_size_given ? &workspace_size : nullptr,
                       args.executor_given ? &executor : nullptr);
  answer.message = support::RecentMessage();
  if (answer.code != 0) return answer;
  if (phase2 != nullptr) return Launch(executor, phase2);
  Check(aclDestroyAclOpExecutor(executor), "aclDestroyAclOpExecutor");
  return answer;
}

template <class Phase1>
Answer AskWith(const MoeArgs& args, const Phase1& phase1, Phase2 phase2) {
  if (args.device_is_set) return AskHere(args, phase1, phase2);
  Answer answer;
  std::thread([&] { answer = AskHere(args, phase1, phase2); }).join();
  return answer;
}

}  // namespace

std::int64_t MoeArgs::SharedExperts() const {
  return shared_expert_rank_num == 0 && shared_expert_num == 1 ? 0 : shared_expert_num;
}

std::int64_t MoeArgs::LocalExperts() const {
  if (ep_rank_id < shared_expert_rank_num) return 1;
  return moe_expert_num / std::max<std::int64_t>(ep_world_size - shared_expert_rank_num, 1);
}

std::int64_t MoeArgs::Capacity() const {
  const std::int64_t global = global_bs != 0 ? global_bs : tokens * ep_world_size;
  if (ep_rank_id >= shared_expert_rank_num) return global * std::min(LocalExperts(), top_k);
  const std::int64_t copies = std::max<std::int64_t>(
      shared_expert_rank_num / std::max<std::int64_t>(SharedExperts(), 1), 1);
  return global / ep_world_size * ((ep_world_size + copies - 1) / copies);
}

void MoeArgs::Fit() {
  const std::int64_t rows = Capacity();
  x.dims = {tokens, hidden};
  expert_ids.dims = {tokens, top_k};
  mask.dims = {tokens};
  expert_scales.dims = {tokens, top_k};
  expand_scales.dims = {rows};
  expand_x.dims = {TpRanks() * rows, hidden};
  assist_info.dims = {rows * 128};
  ep_counts.dims = {ep_world_size * LocalExperts() * TpRanks()};
  tp_counts.dims = {tp_world_size};
}

void DispatchArgs::Fit() {
  MoeArgs::Fit();
  scales.dims = {SharedExperts() + moe_expert_num, hidden};
  dynamic_scales.dims = {TpRanks() * Capacity()};
  expert_token_nums.dims = {LocalExperts()};
}

void DispatchArgs::Quantise() {
  quant_mode = 2;
  expand_x.dtype = ACL_INT8;
  dynamic_scales.given = true;
}

void CombineArgs::Fit() {
  MoeArgs::Fit();
  shared_expert_x.dims = {tokens, hidden};
}

Answer Ask(const DispatchArgs& a, Phase phase) {
  const Place place(a);
  const LiveTensor x(a.x), ids(a.expert_ids), scales(a.scales), mask(a.mask);
  const LiveTensor expert_scales(a.expert_scales), expand_x(a.expand_x);
  const LiveTensor dynamic_scales(a.dynamic_scales), assist_info(a.assist_info);
  const LiveTensor nums(a.expert_token_nums), ep_counts(a.ep_counts), tp_counts(a.tp_counts);
  const LiveTensor expand_scales(a.expand_scales);
  return AskWith(
      a,
      [&](std::uint64_t* workspace_size, aclOpExecutor** executor) {
        return aclnnMoeDistributeDispatchV2GetWorkspaceSize(
            x, ids, scales, mask, expert_scales, Pointer(a.group_ep), a.ep_world_size, a.ep_rank_id,
            a.moe_expert_num, Pointer(a.group_tp), a.tp_world_size, a.tp_rank_id,
            a.expert_shard_type, a.shared_expert_num, a.shared_expert_rank_num, a.quant_mode,
            a.global_bs, a.expert_token_nums_type, Pointer(a.comm_alg), expand_x, dynamic_scales,
            assist_info, nums, ep_counts, tp_counts, expand_scales, workspace_size, executor);
      },
      phase == Phase::kSecond ? aclnnMoeDistributeDispatchV2 : nullptr);
}

Answer Ask(const CombineArgs& a, Phase phase) {
  const Place place(a);
  const LiveTensor expand_x(a.expand_x), ids(a.expert_ids), assist_info(a.assist_info);
  const LiveTensor ep_counts(a.ep_counts), expert_scales(a.expert_scales);
  const LiveTensor tp_counts(a.tp_counts), mask(a.mask), activation(a.activation_scale);
  const LiveTensor weight(a.weight_scale), group_list(a.group_list);
  const LiveTensor expand_scales(a.expand_scales), shared(a.shared_expert_x), x(a.x);
  return AskWith(
      a,
      [&](std::uint64_t* workspace_size, aclOpExecutor** executor) {
        return aclnnMoeDistributeCombineV2GetWorkspaceSize(
            expand_x, ids, assist_info, ep_counts, expert_scales, tp_counts, mask, activation,
            weight, group_list, expand_scales, shared, Pointer(a.group_ep), a.ep_world_size,
            a.ep_rank_id, a.moe_expert_num, Pointer(a.group_tp), a.tp_world_size, a.tp_rank_id,
            a.expert_shard_type, a.shared_expert_num, a.shared_expert_rank_num, a.global_bs, 0,
            a.quant_mode, 1, Pointer(a.comm_alg), x, workspace_size, executor);
      },
      phase == Phase::kSecond ? aclnnMoeDistributeCombineV2 : nullptr);
}

}  // namespace ferry::conformance
