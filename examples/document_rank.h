// One rank in the setting of the interface document's sample, every value checked.
//
// 16 ranks: 8 EP ranks x 2 TP ranks, one shared expert on rank 0, 7 MoE experts on ranks 1..7.
// Every token goes to experts 0, 1, 2, so ranks 1..3 are full, ranks 4..7 empty; x is the smallest
// bf16.
#ifndef FERRY_EXAMPLES_DOCUMENT_RANK_H_
#define FERRY_EXAMPLES_DOCUMENT_RANK_H_

#include <aclnnop/aclnn_moe_distribute_combine_v2.h>
#include <aclnnop/aclnn_moe_distribute_dispatch_v2.h>
#include <hccl/hccl.h>

#include <atomic>

#include "device_tensor.h"

namespace document {

inline constexpr int64_t kEp = 8, kTp = 2, kTokens = 8, kHidden = 7168, kTopK = 3, kExperts = 7;
inline constexpr int64_t kGlobalBatch = kEp * kTokens;  // also the capacity of every rank here
inline constexpr uint16_t kSmallest = 0x0001, kExpected = 0x0003;

inline std::atomic<int> wrong{0};

inline void Expect(bool ok, int64_t ep_rank, int64_t tp_rank, const char* what) {
  if (ok) return;
  ++wrong;
  std::fprintf(stderr, "EP rank %d, TP rank %d: %s\n", static_cast<int>(ep_rank),
               static_cast<int>(tp_rank), what);
}

struct Groups {
  HcclComm ep, tp;
};

struct Tensors {
  DeviceTensor<uint16_t> x{
      {kTokens, kHidden}, ACL_BF16, std::vector<uint16_t>(kTokens* kHidden, kSmallest)};
  DeviceTensor<int32_t> ids{{kTokens, kTopK}, ACL_INT32, Ids()};
  DeviceTensor<float> scales{{kTokens, kTopK}, ACL_FLOAT, std::vector<float>(kTokens* kTopK, 0.1f)};
  DeviceTensor<uint16_t> rows{{kTp * kGlobalBatch, kHidden},
                              ACL_BF16,
                              std::vector<uint16_t>(kTp* kGlobalBatch* kHidden, 0)};
  DeviceTensor<int32_t> assist{{kGlobalBatch * 128}, ACL_INT32};
  DeviceTensor<int64_t> token_nums{{1}, ACL_INT64};
  DeviceTensor<int32_t> ep_counts{{kTp * kEp}, ACL_INT32};
  DeviceTensor<int32_t> tp_counts{{kTp}, ACL_INT32};

  static std::vector<int32_t> Ids() {
    std::vector<int32_t> ids;
    for (int64_t i = 0; i < kTokens * kTopK; ++i) ids.push_back(static_cast<int32_t>(i % kTopK));
    return ids;
  }
};

// Ranks 0..3 received every token of every rank, in order; ranks 4..7 nothing.
inline void CheckDispatch(const Tensors& tensors, int64_t ep_rank, int64_t tp_rank) {
  const bool full = ep_rank < 4;
  const int32_t own = full ? kGlobalBatch : 0;
  const int32_t slot = ep_rank == 0 ? kTopK : static_cast<int32_t>(ep_rank - 1);
  const auto expect = [&](bool ok, const char* what) { Expect(ok, ep_rank, tp_rank, what); };
  expect(tensors.token_nums.Download()[0] == kTp * own, "expertTokenNums");
  for (int32_t rows : tensors.tp_counts.Download()) expect(rows == own, "tpRecvCounts");
  const auto counts = tensors.ep_counts.Download();
  for (size_t i = 0; i < counts.size(); ++i) {
    const auto source = static_cast<int32_t>(i % kEp);
    expect(counts[i] == (full ? (source + 1) * kTokens : 0), "epRecvCounts");
  }
  const auto triples = tensors.assist.Download();
  for (int32_t i = 0; i < own; ++i) {
    const auto* triple = &triples[static_cast<size_t>(3 * i)];
    expect(triple[0] == i / kTokens && triple[1] == i % kTokens && triple[2] == slot,
           "assistInfoForCombine");
  }
  const auto rows = tensors.rows.Download();
  for (size_t i = 0; i < static_cast<size_t>(kTp * own * kHidden); ++i) {
    if (rows[i] == kSmallest) continue;
    expect(false, "expandX");
    break;
  }
}

// Returns how many values of this process were wrong so far.
inline int RunRank(int64_t ep_rank, int64_t tp_rank, Groups groups, int32_t device) {
  CHECK(aclrtSetDevice(device));
  aclrtStream stream = nullptr;
  CHECK(aclrtCreateStream(&stream));
  char ep_name[128] = {}, tp_name[128] = {};
  CHECK(HcclGetCommName(groups.ep, ep_name));
  CHECK(HcclGetCommName(groups.tp, tp_name));
  {
    Tensors t;
    uint64_t workspace_size = 0;
    aclOpExecutor* executor = nullptr;
    CHECK(aclnnMoeDistributeDispatchV2GetWorkspaceSize(
        t.x.get(), t.ids.get(), nullptr, nullptr, nullptr, ep_name, kEp, ep_rank, kExperts, tp_name,
        kTp, tp_rank, 0, 1, 1, 0, kGlobalBatch, 1, nullptr, t.rows.get(), nullptr, t.assist.get(),
        t.token_nums.get(), t.ep_counts.get(), t.tp_counts.get(), nullptr, &workspace_size,
        &executor));
    std::vector<char> workspace(workspace_size);
    CHECK(aclnnMoeDistributeDispatchV2(workspace.data(), workspace_size, executor, stream));
    CHECK(aclrtSynchronizeStream(stream));
    CheckDispatch(t, ep_rank, tp_rank);

    // The result goes over x, as in the document's sample.
    CHECK(aclnnMoeDistributeCombineV2GetWorkspaceSize(
        t.rows.get(), t.ids.get(), t.assist.get(), t.ep_counts.get(), t.scales.get(),
        t.tp_counts.get(), nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, ep_name, kEp,
        ep_rank, kExperts, tp_name, kTp, tp_rank, 0, 1, 1, kGlobalBatch, 0, 0, 0, nullptr,
        t.x.get(), &workspace_size, &executor));
    workspace.resize(workspace_size);
    CHECK(aclnnMoeDistributeCombineV2(workspace.data(), workspace_size, executor, stream));
    CHECK(aclrtSynchronizeStream(stream));
    for (uint16_t bits : t.x.Download()) {
      if (bits == kExpected) continue;
      Expect(false, ep_rank, tp_rank, "xOut");
      break;
    }
  }
  CHECK(HcclCommDestroy(groups.ep));
  CHECK(HcclCommDestroy(groups.tp));
  CHECK(aclrtDestroyStream(stream));
  CHECK(aclrtResetDevice(device));
  return wrong;
}

}  // namespace document

#endif  // FERRY_EXAMPLES_DOCUMENT_RANK_H_
