#include "failures/moe_rank.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "aclnnop/aclnn_moe_distribute_combine_v2.h"
#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "comm/barrier.h"
#include "comm/registry.h"
#include "ops/collective.h"
#include "runtime/context.h"

namespace ferry::testing {
namespace {

constexpr int kFailedCall = 507015;

std::string RecentMessage() {
  const char* const message = aclGetRecentErrMsg();
  return message == nullptr ? "" : message;
}

void Check(int code, const char* step) {
  if (code != 0) throw std::runtime_error(fmt::format("{}: {} {}", step, code, RecentMessage()));
}

std::int64_t BytesOf(aclDataType type) {
  return static_cast<std::int64_t>(aclDataTypeSize(type));
}

}  // namespace

MoeRank::MoeRank(const RankRun& run) : run_(run) {
  aclInit(nullptr);  // of the threads of a process one succeeds
  for (const auto& member : {run.ep, run.tp})
    if (member != nullptr) comm::RegisterMember(member);
  MakeStream();
}

MoeRank::~MoeRank() {
  DropTensors();
  if (stream_ != nullptr) aclrtDestroyStream(stream_);
  for (const auto& member : {run_.ep, run_.tp})
    if (member != nullptr) comm::DestroyMember(member);
}

void MoeRank::MakeStream() {
  Check(aclrtSetDevice(run_.rank), "aclrtSetDevice");
  Check(aclrtCreateStream(&stream_), "aclrtCreateStream");
}

void MoeRank::DestroyCommunicator() {
  comm::DestroyMember(run_.ep);
}

std::byte* MoeRank::Allocate(std::int64_t bytes) {
  return run_.ep->scratch().source().Allocate(static_cast<std::size_t>(bytes), run_.rank);
}

aclTensor* MoeRank::Tensor(aclDataType type, std::vector<std::int64_t> dims, void* data) {
  std::vector<std::int64_t> strides(dims.size(), 1);
  for (std::size_t i = dims.size() - 1; i-- > 0;) strides[i] = strides[i + 1] * dims[i + 1];
  aclTensor* const tensor = aclCreateTensor(dims.data(), dims.size(), type, strides.data(), 0,
                                            ACL_FORMAT_ND, dims.data(), dims.size(), data);
  if (tensor == nullptr) throw std::runtime_error("aclCreateTensor: " + RecentMessage());
  tensors_.push_back(tensor);
  return tensor;
}

void MoeRank::DropTensors() {
  for (const aclTensor* tensor : tensors_) aclDestroyTensor(tensor);
  tensors_.clear();
}

void MoeRank::MakeTensors(const MoeParams& params) {
  DropTensors();
  const std::int64_t ep = run_.ep->size();
  const bool shared = run_.ep->rank() < params.shared_expert_ranks;
  const std::int64_t local = shared ? 1 : params.num_experts / (ep - params.shared_expert_ranks);
  const std::int64_t tp = std::max<std::int64_t>(params.tp_world_size, 1);
  const std::int64_t rows = params.expand_x_rows;
  const std::int64_t x_elements = params.num_tokens * params.hidden;
  std::byte* const x = Allocate(x_elements * BytesOf(params.type));
  // Every element of a rank's tokens is the rank's number, as bits.
  std::fill_n(reinterpret_cast<std::uint16_t*>(x), x_elements,
              static_cast<std::uint16_t>(run_.ep->rank()));
  expert_ids_ = reinterpret_cast<std::int32_t*>(Allocate(params.num_tokens * params.top_k * 4));
  std::copy(params.ids.begin(), params.ids.end(), expert_ids_);
  row_type_ = params.quant_mode == 2 ? ACL_INT8 : params.type;
  rows_ = Allocate(rows * params.hidden * BytesOf(row_type_));
  triples_ = reinterpret_cast<std::int32_t*>(Allocate(params.assist_elements * 4));
  counts_ = reinterpret_cast<std::int32_t*>(Allocate(ep * local * tp * 4));
  tp_counts_ = reinterpret_cast<std::int32_t*>(Allocate(2 * 4));
  x_ = Tensor(params.type, {params.num_tokens, params.hidden}, x);
  ids_ = Tensor(ACL_INT32, {params.num_tokens, params.top_k}, expert_ids_);
  expand_x_ = Tensor(row_type_, {rows, params.hidden}, rows_);
  scales_ = Tensor(ACL_FLOAT, {params.dynamic_scales}, Allocate(params.dynamic_scales * 4));
  assist_ = Tensor(ACL_INT32, {params.assist_elements}, triples_);
  nums_ = Tensor(ACL_INT64, {local}, Allocate(local * 8));
  recv_ = Tensor(ACL_INT32, {ep * local * tp}, counts_);
  tp_recv_ = Tensor(ACL_INT32, {2}, tp_counts_);
}

std::string MoeRank::LaunchDispatch(const MoeParams& params) {
  MakeTensors(params);
  std::uint64_t workspace = 0;
  aclOpExecutor* executor = nullptr;
  const bool tp = params.tp_world_size == 2;
  int code = aclnnMoeDistributeDispatchV2GetWorkspaceSize(
      x_, ids_, nullptr, nullptr, nullptr, run_.ep->name().c_str(), run_.ep->size(),
      run_.ep->rank(), params.num_experts, tp ? run_.tp->name().c_str() : "", params.tp_world_size,
      tp ? run_.tp->rank() : 0, 0, params.shared_expert_num, params.shared_expert_ranks,
      params.quant_mode, params.global_bs, 1, params.comm_alg, expand_x_, scales_, assist_, nums_,
      recv_, tp_recv_, nullptr, &workspace, &executor);
  if (code == 0) code = aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream_);
  return code == 0 ? "" : RecentMessage();
}

std::string MoeRank::LaunchCombine(const MoeParams& params) {
  const std::int64_t pairs = params.num_tokens * params.top_k;
  auto* const scales = reinterpret_cast<float*>(Allocate(pairs * 4));
  std::fill_n(scales, pairs, 1.0f);
  const bool tp = params.tp_world_size == 2;
  aclTensor* const weights = Tensor(ACL_FLOAT, {params.num_tokens, params.top_k}, scales);
  aclTensor* const out = Tensor(params.type, {params.num_tokens, params.hidden},
                                Allocate(params.num_tokens * params.hidden * BytesOf(params.type)));
  aclTensor* const rows = params.type == row_type_
                              ? expand_x_
                              : Tensor(params.type, {params.expand_x_rows, params.hidden}, rows_);
  std::uint64_t workspace = 0;
  aclOpExecutor* executor = nullptr;
  int code = aclnnMoeDistributeCombineV2GetWorkspaceSize(
      rows, ids_, assist_, recv_, weights, tp ? tp_recv_ : nullptr, nullptr, nullptr, nullptr,
      nullptr, nullptr, nullptr, run_.ep->name().c_str(), run_.ep->size(), run_.ep->rank(),
      params.num_experts, tp ? run_.tp->name().c_str() : "", params.tp_world_size,
      tp ? run_.tp->rank() : 0, 0, params.shared_expert_num, params.shared_expert_ranks,
      params.global_bs, 0, params.comm_quant_mode, 0, params.comm_alg, out, &workspace, &executor);
  if (code == 0) code = aclnnMoeDistributeCombineV2(nullptr, 0, executor, stream_);
  return code == 0 ? "" : RecentMessage();
}

std::string MoeRank::LaunchBarrier() {
  // HcclBarrier without a handle: groups of forked ranks have none yet.
  ops::QueueCollective(comm::kBarrierOperator, {.ep = run_.ep, .tp = nullptr}, comm::Barrier,
                       *runtime::FindStream(stream_));
  return "";
}

std::string MoeRank::Collect() {
  const int code = aclrtSynchronizeStream(stream_);
  if (code == 0) return "ok";
  const std::string message = RecentMessage();
  return code == kFailedCall ? message : fmt::format("{}: {}", code, message);
}

std::string MoeRank::Dispatch(const MoeParams& params) {
  const std::string refusal = LaunchDispatch(params);
  return refusal.empty() ? Collect() : refusal;
}

std::string MoeRank::Combine(const MoeParams& params) {
  const std::string refusal = LaunchCombine(params);
  return refusal.empty() ? Collect() : refusal;
}

std::string MoeRank::DispatchWorks() {
  const MoeParams params;
  const std::string end = Dispatch(params);
  if (end != "ok") return end;
  const std::int64_t ep = run_.ep->size();
  const std::int64_t local = params.num_experts / ep;
  const std::int64_t rows = counts_[ep * local - 1];
  const std::int64_t expected = run_.ep->rank() == 0 ? 4 * ep : 0;
  if (rows != expected) return fmt::format("{} rows came; must be {}", rows, expected);
  // By expert, then by source rank, then by token.
  const auto* const cells = reinterpret_cast<const std::uint16_t*>(rows_);
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t h = 0; h < params.hidden; ++h)
      if (cells[row * params.hidden + h] != (row / 2) % ep)
        return fmt::format("row {} element {} is wrong", row, h);
  return "ok";
}

}  // namespace ferry::testing
