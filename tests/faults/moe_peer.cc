#include "faults/moe_peer.h"

#include <aclnnop/aclnn_moe_distribute_combine_v2.h>
#include <aclnnop/aclnn_moe_distribute_dispatch_v2.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace ferry::faults {
namespace {

constexpr int kTokens = 3;
constexpr int kTopK = 2;
constexpr int kHidden = 1024;
constexpr int kLocalExperts = 2;
constexpr int kRows = 64;

constexpr int kFailedCall = 507015;

}  // namespace

std::string Message() {
  const char* const message = aclGetRecentErrMsg();
  return message == nullptr ? "" : message;
}

MoePeer::MoePeer(HcclComm comm, int rank, int size, aclrtStream stream)
    : rank_(rank), size_(size), stream_(stream) {
  char name[128] = {};
  if (HcclGetCommName(comm, name) != HCCL_SUCCESS) throw std::runtime_error(Message());
  group_ = name;
  const std::int64_t experts = kLocalExperts;
  auto* const x = Allocate(kTokens * kHidden * 2);
  auto* const ids = Allocate(kTokens * kTopK * 4);
  auto* const rows = Allocate(kRows * kHidden * 2);
  auto* const counts = Allocate(size * experts * 4);
  auto* const weights = Allocate(kTokens * kTopK * 4);
  auto* const out = Allocate(kTokens * kHidden * 2);
  x_ = reinterpret_cast<std::uint16_t*>(x);
  ids_ = reinterpret_cast<std::int32_t*>(ids);
  rows_ = reinterpret_cast<std::uint16_t*>(rows);
  counts_ = reinterpret_cast<std::int32_t*>(counts);
  out_ = reinterpret_cast<std::uint16_t*>(out);
  std::fill_n(reinterpret_cast<float*>(weights), kTokens * kTopK, 0.5F);
  x_tensor_ = Tensor(ACL_BF16, {kTokens, kHidden}, x);
  ids_tensor_ = Tensor(ACL_INT32, {kTokens, kTopK}, ids);
  rows_tensor_ = Tensor(ACL_BF16, {kRows, kHidden}, rows);
  assist_tensor_ = Tensor(ACL_INT32, {kRows * 128}, Allocate(kRows * 128 * 4));
  nums_tensor_ = Tensor(ACL_INT64, {experts}, Allocate(experts * 8));
  counts_tensor_ = Tensor(ACL_INT32, {size * experts}, counts);
  scales_tensor_ = Tensor(ACL_FLOAT, {kRows}, Allocate(kRows * 4));
  tp_tensor_ = Tensor(ACL_INT32, {2}, Allocate(8));
  weights_tensor_ = Tensor(ACL_FLOAT, {kTokens, kTopK}, weights);
  out_tensor_ = Tensor(ACL_BF16, {kTokens, kHidden}, out);
}

MoePeer::~MoePeer() {
  for (const aclTensor* tensor : tensors_) aclDestroyTensor(tensor);
  for (void* memory : memory_) aclrtFree(memory);
}

std::byte* MoePeer::Allocate(std::int64_t bytes) {
  void* memory = nullptr;
  if (aclrtMalloc(&memory, static_cast<std::size_t>(bytes), ACL_MEM_MALLOC_HUGE_FIRST) != 0)
    throw std::runtime_error(Message());
  memory_.push_back(memory);
  return static_cast<std::byte*>(memory);
}

aclTensor* MoePeer::Tensor(aclDataType type, std::vector<std::int64_t> dims, void* data) {
  aclTensor* const tensor = aclCreateTensor(dims.data(), dims.size(), type, nullptr, 0,
                                            ACL_FORMAT_ND, dims.data(), dims.size(), data);
  tensors_.push_back(tensor);
  return tensor;
}

int MoePeer::ExpertOf(int rank, int token, int slot) const {
  const int experts = kLocalExperts * size_;
  return (rank + token + round_ + slot * 3) % experts;
}

// A small number, exact as bf16, other in each round.
std::uint16_t MoePeer::ValueOf(int rank, int token) const {
  const auto value = static_cast<float>(1 + rank * 16 + token * 4 + round_ % 4);
  return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16);
}

void MoePeer::WriteInputs() {
  for (int token = 0; token < kTokens; ++token) {
    std::fill_n(x_ + token * kHidden, kHidden, ValueOf(rank_, token));
    for (int slot = 0; slot < kTopK; ++slot)
      ids_[token * kTopK + slot] = ExpertOf(rank_, token, slot);
  }
  std::fill_n(rows_, kRows * kHidden, std::uint16_t{0});
  std::fill_n(out_, kTokens * kHidden, std::uint16_t{0});
}

std::string MoePeer::Finish(int code) const {
  if (code != 0) return fmt::format("{}: {}", code, Message());
  code = aclrtSynchronizeStream(stream_);
  if (code == 0) return "ok";
  return code == kFailedCall ? Message() : fmt::format("{}: {}", code, Message());
}

std::string MoePeer::Dispatch(int round) {
  round_ = round;
  WriteInputs();
  std::uint64_t workspace = 0;
  aclOpExecutor* executor = nullptr;
  int code = aclnnMoeDistributeDispatchV2GetWorkspaceSize(
      x_tensor_, ids_tensor_, nullptr, nullptr, nullptr, group_.c_str(), size_, rank_,
      kLocalExperts * size_, "", 0, 0, 0, 0, 0, 0, 0, 1, nullptr, rows_tensor_, scales_tensor_,
      assist_tensor_, nums_tensor_, counts_tensor_, tp_tensor_, nullptr, &workspace, &executor);
  if (code == 0) code = aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream_);
  const std::string heard = Finish(code);
  return heard == "ok" ? CheckRows() : heard;
}

std::string MoePeer::Combine() {
  std::uint64_t workspace = 0;
  aclOpExecutor* executor = nullptr;
  int code = aclnnMoeDistributeCombineV2GetWorkspaceSize(
      rows_tensor_, ids_tensor_, assist_tensor_, counts_tensor_, weights_tensor_, nullptr, nullptr,
      nullptr, nullptr, nullptr, nullptr, nullptr, group_.c_str(), size_, rank_,
      kLocalExperts * size_, "", 0, 0, 0, 0, 0, 0, 0, 0, 0, nullptr, out_tensor_, &workspace,
      &executor);
  if (code == 0) code = aclnnMoeDistributeCombineV2(nullptr, 0, executor, stream_);
  const std::string heard = Finish(code);
  return heard == "ok" ? CheckTokens() : heard;
}

// By expert, then by source rank, then by token.
std::string MoePeer::CheckRows() const {
  int row = 0;
  for (int local = 0; local < kLocalExperts; ++local) {
    for (int source = 0; source < size_; ++source) {
      for (int token = 0; token < kTokens; ++token) {
        for (int slot = 0; slot < kTopK; ++slot) {
          if (ExpertOf(source, token, slot) != rank_ * kLocalExperts + local) continue;
          const std::uint16_t* const begin = rows_ + row * kHidden;
          const std::uint16_t value = ValueOf(source, token);
          if (!std::all_of(begin, begin + kHidden, [&](std::uint16_t x) { return x == value; }))
            return fmt::format("wrong: row {} of round {}", row, round_);
          ++row;
        }
      }
      if (counts_[local * size_ + source] != row)
        return fmt::format("wrong: the count of expert {} and rank {}", local, source);
    }
  }
  return "ok";
}

// Two copies of each token came back, unchanged, with a weight of a half each.
std::string MoePeer::CheckTokens() const {
  for (int token = 0; token < kTokens; ++token) {
    const std::uint16_t* const begin = out_ + token * kHidden;
    const std::uint16_t value = ValueOf(rank_, token);
    if (!std::all_of(begin, begin + kHidden, [&](std::uint16_t x) { return x == value; }))
      return fmt::format("wrong: token {} of round {}", token, round_);
  }
  return "ok";
}

}  // namespace ferry::faults
