// Memory of a program's own is copied before other processes read it, that of ferry_alloc is not.
#include <aclnn/aclnn_base.h>
#include <aclnnop/aclnn_moe_distribute_dispatch_v2.h>
#include <ferry/ferry.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <vector>

#include "rank_process.h"

namespace ferry::joined {
namespace {

constexpr std::int64_t kHidden = 1024;
constexpr std::int64_t kTokens = 4;
constexpr std::uint64_t kBytes = kTokens * kHidden * 2;

aclTensor* Tensor(void* memory, aclDataType type, const std::vector<std::int64_t>& dims) {
  return aclCreateTensor(dims.data(), dims.size(), type, nullptr, 0, ACL_FORMAT_ND, dims.data(),
                         dims.size(), memory);
}

void* OnDevice(std::size_t bytes) {
  void* memory = nullptr;
  (void)aclrtMalloc(&memory, bytes, ACL_MEM_MALLOC_HUGE_FIRST);
  return memory;
}

// Every token goes to the one expert of the other rank. 0 or the code that failed.
int Dispatch(const Rank& rank, HcclComm comm, void* x) {
  char name[128] = {};
  if (HcclGetCommName(comm, name) != HCCL_SUCCESS) return -1;
  auto* const ids = static_cast<std::int32_t*>(OnDevice(kTokens * 4));
  for (int t = 0; t < kTokens; ++t) ids[t] = 1 - rank.rank;
  std::uint64_t bytes = 0;
  aclOpExecutor* executor = nullptr;
  const int first = aclnnMoeDistributeDispatchV2GetWorkspaceSize(
      Tensor(x, ACL_BF16, {kTokens, kHidden}), Tensor(ids, ACL_INT32, {kTokens, 1}), nullptr,
      nullptr, nullptr, name, 2, rank.rank, 2, "", 0, 0, 0, 0, 0, 0, 2 * kTokens, 1, nullptr,
      Tensor(OnDevice(2 * kBytes), ACL_BF16, {2 * kTokens, kHidden}),
      Tensor(OnDevice(2 * kTokens * 4), ACL_FLOAT, {2 * kTokens}),
      Tensor(OnDevice(2 * kTokens * 128 * 4), ACL_INT32, {2 * kTokens * 128}),
      Tensor(OnDevice(8), ACL_INT64, {1}), Tensor(OnDevice(8), ACL_INT32, {2}),
      Tensor(OnDevice(8), ACL_INT32, {2}), Tensor(OnDevice(4), ACL_FLOAT, {1}), &bytes, &executor);
  if (first != 0) return first;
  void* const workspace = bytes == 0 ? nullptr : OnDevice(bytes);
  const int second = aclnnMoeDistributeDispatchV2(workspace, bytes, executor, rank.stream);
  return second != 0 ? second : aclrtSynchronizeStream(rank.stream);
}

void ExpectAllWell(const Ended& ended) {
  for (std::size_t r = 0; r < ended.status.size(); ++r)
    EXPECT_EQ(ended.status[r], 0) << r << ", step " << (ended.status[r] >> 8) << ": "
                                  << ended.texts[r];
}

TEST(Staging, HappensToMemoryOfTheProgramAndNotToThatOfFerryAlloc) {
  ExpectAllWell(RunRanks(2, [](Rank& rank) {
    HcclComm comm = nullptr;
    if (rank.Join(0, &comm) != HCCL_SUCCESS) return rank.Say(Message()), 1;
    void* const theirs = std::aligned_alloc(64, kBytes);
    void* const ours = ferry_alloc(kBytes);
    void* const device = OnDevice(kBytes);
    if (ours == nullptr) return rank.Say(Message()), 2;
    std::uint64_t staged = 0;
    int calls = 0;
    for (void* const x : {ours, device, theirs, ours, theirs}) {
      if (Dispatch(rank, comm, x) != 0) return rank.Say(Message()), 3;
      ++calls;
      if (x == theirs) staged += kBytes;
      ferry_peer_stats peers[2] = {};
      ferry_comm_stats total = {};
      if (ferry_stats(comm, peers, 2, &total) != HCCL_SUCCESS) return 4;
      rank.Say(std::to_string(total.staged_bytes) + " staged, " + std::to_string(staged) +
               " expected");
      if (total.staged_bytes != staged) return 5;
      const auto rows = static_cast<std::uint64_t>(calls * kTokens);
      if (peers[1 - rank.rank].rows != rows || peers[rank.rank].rows != 0) return 6;
      if (total.bytes != rows * kHidden * 2) return 7;
      // Both pass the same kind of memory in each call.
      if (peers[1 - rank.rank].staged_bytes != staged) return 9;
    }
    return ferry_free(ours) == 0 ? 0 : 8;
  }));
}

TEST(FerryAlloc, GivesMemoryOfTheCurrentDevice) {
  ExpectAllWell(RunRanks(1, [](Rank&) {
    std::size_t before = 0;
    std::size_t after = 0;
    std::size_t all = 0;
    if (aclrtGetMemInfo(ACL_DDR_MEM, &before, &all) != 0) return 1;
    void* const memory = ferry_alloc(1 << 20);
    if (memory == nullptr || reinterpret_cast<std::uintptr_t>(memory) % 512 != 0) return 2;
    if (aclrtGetMemInfo(ACL_DDR_MEM, &after, &all) != 0) return 3;
    if (before - after < std::size_t{1} << 20) return 4;
    if (ferry_free(memory) != 0 || ferry_free(memory) != 107000) return 5;
    if (Message().find("ferry_free: memory 0x") != 0) return 6;
    if (ferry_free(nullptr) != 100000) return 7;
    // Freed by either.
    if (ferry_free(OnDevice(100)) != 0) return 8;
    return aclrtFree(ferry_alloc(100)) == 0 ? 0 : 9;
  }));
}

TEST(FerryAlloc, SaysWhyThereIsNone) {
  ExpectAllWell(RunRanks(1, [](Rank& rank) {
    if (ferry_alloc(0) != nullptr) return 1;
    if (Message() != "ferry_alloc: size is 0; must be at least 1") return rank.Say(Message()), 2;
    if (ferry_alloc(SIZE_MAX) != nullptr) return 3;
    if (Message().find("more than any device has") == std::string::npos) return 4;
    return ferry_alloc(std::size_t{1} << 60) == nullptr ? 0 : 5;
  }));
}

}  // namespace
}  // namespace ferry::joined
