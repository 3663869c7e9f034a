// What the wrong programs share and do right: ranks in one process, each with its device, stream
// and tensors, one expert pair a rank, and the two operators with the arguments of CANN's
// documents.
#ifndef FERRY_EXAMPLES_WRONG_RANKS_H_
#define FERRY_EXAMPLES_WRONG_RANKS_H_

#include <aclnnop/aclnn_moe_distribute_combine_v2.h>
#include <aclnnop/aclnn_moe_distribute_dispatch_v2.h>
#include <hccl/hccl.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "../device_tensor.h"

namespace wrong {

constexpr int64_t kRanks = 2, kTokens = 2, kTopK = 2, kExperts = 4, kHidden = 1024;

// Rows that a rank may get: min(experts of a rank, top-k) = 2 of each token.
constexpr int64_t Capacity(int64_t tokens) {
  return kRanks * tokens * 2;
}

// What a program may get wrong in one rank's calls.
struct Arguments {
  std::vector<int32_t> ids = {0, 2, 1, 3};
  int64_t tokens = kTokens;
  int64_t rows = Capacity(kTokens);
  int64_t experts = kExperts;
  int64_t global_bs = 0;
  bool mask = false;
};

struct Rank {
  Rank(int64_t rank, const Arguments& chosen) : number(rank), arguments(chosen) {}

  int64_t number;
  Arguments arguments;
  DeviceTensor<uint16_t> x{{arguments.tokens, kHidden},
                           ACL_BF16,
                           std::vector<uint16_t>(arguments.tokens* kHidden, 0x3f80)};
  DeviceTensor<int32_t> ids{{arguments.tokens, kTopK}, ACL_INT32, arguments.ids};
  DeviceTensor<float> scales{
      {arguments.tokens, kTopK}, ACL_FLOAT, std::vector<float>(arguments.tokens* kTopK, 0.5f)};
  DeviceTensor<uint8_t> mask{
      {arguments.tokens}, ACL_BOOL, std::vector<uint8_t>(arguments.tokens, 1)};
  DeviceTensor<uint16_t> rows{{arguments.rows, kHidden}, ACL_BF16};
  DeviceTensor<int32_t> assist{{Capacity(arguments.tokens) * 128}, ACL_INT32};
  DeviceTensor<int64_t> token_nums{{arguments.experts / kRanks}, ACL_INT64};
  DeviceTensor<int32_t> ep_counts{{kExperts}, ACL_INT32};
  DeviceTensor<int32_t> tp_counts{{0}, ACL_INT32};
  DeviceTensor<uint16_t> result{{arguments.tokens, kHidden}, ACL_BF16};
  char group[128] = {};
  HcclComm comm = nullptr;
  aclrtStream stream = nullptr;
};

using Ranks = std::vector<std::unique_ptr<Rank>>;

inline void Use(const Rank& rank) {
  CHECK(aclrtSetDevice(static_cast<int32_t>(rank.number)));
}

// One rank a device, with the arguments of each.
inline Ranks Start(const std::vector<Arguments>& arguments = std::vector<Arguments>(kRanks)) {
  CHECK(aclInit(nullptr));
  Ranks ranks;
  std::vector<int32_t> devices;
  for (size_t r = 0; r < arguments.size(); ++r) {
    devices.push_back(static_cast<int32_t>(r));
    CHECK(aclrtSetDevice(devices.back()));
    ranks.push_back(std::make_unique<Rank>(devices.back(), arguments[r]));
    CHECK(aclrtCreateStream(&ranks.back()->stream));
  }
  std::vector<HcclComm> comms(ranks.size());
  CHECK(HcclCommInitAll(static_cast<uint32_t>(comms.size()), devices.data(), comms.data()));
  for (size_t r = 0; r < ranks.size(); ++r) {
    ranks[r]->comm = comms[r];
    CHECK(HcclGetCommName(comms[r], ranks[r]->group));
  }
  return ranks;
}

// What CANN's samples print, and all that they print.
inline int Say(const char* call, int ret) {
  if (ret != 0) std::printf("%s failed. ret = %d\n", call, ret);
  return ret;
}

inline int PrepareDispatch(Rank& rank, aclOpExecutor** executor) {
  uint64_t workspace_size = 0;
  return Say(
      "dispatch, phase 1",
      aclnnMoeDistributeDispatchV2GetWorkspaceSize(
          rank.x.get(), rank.ids.get(), nullptr, rank.arguments.mask ? rank.mask.get() : nullptr,
          nullptr, rank.group, kRanks, rank.number, rank.arguments.experts, "", 0, 0, 0, 0, 0,
          /*quantMode=*/0, rank.arguments.global_bs, /*expertTokenNumsType=*/1, nullptr,
          rank.rows.get(), nullptr, rank.assist.get(), rank.token_nums.get(), rank.ep_counts.get(),
          rank.tp_counts.get(), nullptr, &workspace_size, executor));
}

inline int LaunchDispatch(Rank& rank, aclOpExecutor* executor) {
  return Say("dispatch, phase 2", aclnnMoeDistributeDispatchV2(nullptr, 0, executor, rank.stream));
}

inline int Dispatch(Rank& rank) {
  Use(rank);
  aclOpExecutor* executor = nullptr;
  const int ret = PrepareDispatch(rank, &executor);
  return ret != 0 ? ret : LaunchDispatch(rank, executor);
}

inline int Combine(Rank& rank) {
  Use(rank);
  uint64_t workspace_size = 0;
  aclOpExecutor* executor = nullptr;
  const int ret =
      Say("combine, phase 1",
          aclnnMoeDistributeCombineV2GetWorkspaceSize(
              rank.rows.get(), rank.ids.get(), rank.assist.get(), rank.ep_counts.get(),
              rank.scales.get(), rank.tp_counts.get(), nullptr, nullptr, nullptr, nullptr, nullptr,
              nullptr, rank.group, kRanks, rank.number, rank.arguments.experts, "", 0, 0, 0, 0, 0,
              rank.arguments.global_bs, 0, /*commQuantMode=*/0, 0, nullptr, rank.result.get(),
              &workspace_size, &executor));
  if (ret != 0) return ret;
  return Say("combine, phase 2", aclnnMoeDistributeCombineV2(nullptr, 0, executor, rank.stream));
}

inline int Wait(const Rank& rank) {
  return Say("synchronise", aclrtSynchronizeStream(rank.stream));
}

// Gives everything back, in order.
inline void Finish(Ranks& ranks) {
  const size_t count = ranks.size();
  for (const auto& rank : ranks) {
    CHECK(HcclCommDestroy(rank->comm));
    CHECK(aclrtDestroyStream(rank->stream));
  }
  ranks.clear();
  for (size_t r = 0; r < count; ++r) CHECK(aclrtResetDevice(static_cast<int32_t>(r)));
  CHECK(aclFinalize());
}

}  // namespace wrong

#endif  // FERRY_EXAMPLES_WRONG_RANKS_H_
