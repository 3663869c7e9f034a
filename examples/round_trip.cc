// Four ranks send their tokens to four experts and back: the smallest complete program.
//
//   c++ -std=c++17 round_trip.cc $(pkg-config --cflags --libs ferry) && ./a.out
//
// One process, one virtual device a rank, driven from one thread: every call of an operator only
// queues work on the rank's stream. Nothing here is Ferry's own; it compiles against CANN as well.
#include <aclnnop/aclnn_moe_distribute_combine_v2.h>
#include <aclnnop/aclnn_moe_distribute_dispatch_v2.h>
#include <hccl/hccl.h>

#include <memory>

#include "device_tensor.h"

namespace {

constexpr int64_t kRanks = 4, kExperts = 4, kTopK = 2, kTokens = 3, kHidden = 1024;
constexpr int64_t kCapacity = kRanks * kTokens;  // rows a rank can receive: one expert a rank
constexpr uint16_t kOne = 0x3f80;                // 1.0 in bf16

// Token t of rank r goes to experts r and r + 1, with weights 0.75 and 0.25.
std::vector<int32_t> ExpertIds(int64_t r) {
  std::vector<int32_t> ids;
  for (int64_t t = 0; t < kTokens; ++t) {
    ids.push_back(static_cast<int32_t>(r));
    ids.push_back(static_cast<int32_t>((r + 1) % kExperts));
  }
  return ids;
}

std::vector<float> ExpertScales() {
  std::vector<float> scales;
  for (int64_t t = 0; t < kTokens; ++t) {
    scales.push_back(0.75f);
    scales.push_back(0.25f);
  }
  return scales;
}

struct Rank {
  explicit Rank(int64_t r)
      : ids({kTokens, kTopK}, ACL_INT32, ExpertIds(r)),
        x({kTokens, kHidden}, ACL_BF16, std::vector<uint16_t>(kTokens * kHidden, kOne)) {}

  DeviceTensor<int32_t> ids;
  DeviceTensor<uint16_t> x;
  DeviceTensor<float> scales{{kTokens, kTopK}, ACL_FLOAT, ExpertScales()};
  DeviceTensor<uint16_t> rows{{kCapacity, kHidden}, ACL_BF16};
  DeviceTensor<int32_t> assist{{kCapacity * 128}, ACL_INT32};
  DeviceTensor<int64_t> token_nums{{1}, ACL_INT64};
  DeviceTensor<int32_t> ep_counts{{kRanks}, ACL_INT32};
  DeviceTensor<int32_t> tp_counts{{0}, ACL_INT32};
  DeviceTensor<uint16_t> result{{kTokens, kHidden}, ACL_BF16};
  char group[128] = {};
  aclrtStream stream = nullptr;
};

void* Workspace(uint64_t size) {
  void* workspace = nullptr;
  if (size > 0) CHECK(aclrtMalloc(&workspace, size, ACL_MEM_MALLOC_HUGE_FIRST));
  return workspace;
}

void Dispatch(Rank& rank, int64_t r) {
  uint64_t workspace_size = 0;
  aclOpExecutor* executor = nullptr;
  CHECK(aclrtSetDevice(static_cast<int32_t>(r)));
  CHECK(aclnnMoeDistributeDispatchV2GetWorkspaceSize(
      rank.x.get(), rank.ids.get(), nullptr, nullptr, nullptr, rank.group, kRanks, r, kExperts, "",
      0, 0, 0, 0, 0, /*quantMode=*/0, /*globalBs=*/0, /*expertTokenNumsType=*/1, nullptr,
      rank.rows.get(), nullptr, rank.assist.get(), rank.token_nums.get(), rank.ep_counts.get(),
      rank.tp_counts.get(), nullptr, &workspace_size, &executor));
  CHECK(aclnnMoeDistributeDispatchV2(Workspace(workspace_size), workspace_size, executor,
                                     rank.stream));
}

void Combine(Rank& rank, int64_t r) {
  uint64_t workspace_size = 0;
  aclOpExecutor* executor = nullptr;
  CHECK(aclrtSetDevice(static_cast<int32_t>(r)));
  CHECK(aclnnMoeDistributeCombineV2GetWorkspaceSize(
      rank.rows.get(), rank.ids.get(), rank.assist.get(), rank.ep_counts.get(), rank.scales.get(),
      rank.tp_counts.get(), nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, rank.group,
      kRanks, r, kExperts, "", 0, 0, 0, 0, 0, /*globalBs=*/0, 0, /*commQuantMode=*/0, 0, nullptr,
      rank.result.get(), &workspace_size, &executor));
  CHECK(aclnnMoeDistributeCombineV2(Workspace(workspace_size), workspace_size, executor,
                                    rank.stream));
}

}  // namespace

int main() {
  CHECK(aclInit(nullptr));
  std::vector<std::unique_ptr<Rank>> ranks;
  std::vector<int32_t> devices;
  for (int64_t r = 0; r < kRanks; ++r) {
    devices.push_back(static_cast<int32_t>(r));
    CHECK(aclrtSetDevice(devices.back()));
    ranks.push_back(std::make_unique<Rank>(r));
    CHECK(aclrtCreateStream(&ranks.back()->stream));
  }
  std::vector<HcclComm> comms(kRanks);
  CHECK(HcclCommInitAll(kRanks, devices.data(), comms.data()));
  for (size_t r = 0; r < comms.size(); ++r) CHECK(HcclGetCommName(comms[r], ranks[r]->group));

  for (size_t r = 0; r < ranks.size(); ++r) Dispatch(*ranks[r], devices[r]);
  for (const auto& rank : ranks) CHECK(aclrtSynchronizeStream(rank->stream));
  // Here each rank's expert would work on its rows in place; without, every token returns as it
  // was.
  for (size_t r = 0; r < ranks.size(); ++r) Combine(*ranks[r], devices[r]);
  for (const auto& rank : ranks) CHECK(aclrtSynchronizeStream(rank->stream));

  int wrong = 0;
  for (size_t r = 0; r < ranks.size(); ++r) {
    for (uint16_t bits : ranks[r]->result.Download()) wrong += bits != kOne;
    std::printf("rank %d: its expert received %d rows, its tokens came back\n", devices[r],
                static_cast<int>(ranks[r]->token_nums.Download()[0]));
    CHECK(HcclCommDestroy(comms[r]));
    CHECK(aclrtDestroyStream(ranks[r]->stream));
  }
  ranks.clear();
  for (int32_t device : devices) CHECK(aclrtResetDevice(device));
  CHECK(aclFinalize());
  std::printf(wrong == 0 ? "all equal\n" : "elements differ\n");
  return wrong == 0 ? 0 : 1;
}
