// FERRY_STRICT=1 and tensors whose memory is freed before the operator that was given them runs.
#include <acl/acl.h>
#include <aclnn/aclnn_base.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "moe/reference.h"
#include "support/moe_calls.h"
#include "support/recent_message.h"
#include "support/world.h"

namespace ferry::support {
namespace {

constexpr std::int32_t kFailed = 507015;
constexpr std::size_t kBytes = 2 * 1024 * sizeof(std::uint16_t);

moe::MoeConfig Config() {
  return {.ep_size = 2,
          .num_experts = 4,
          .top_k = 2,
          .hidden = 1024,
          .global_batch = 4,
          .x_type = DType::kBFloat16};
}

// Two ranks, each with two tokens; x of rank 0 lies in memory of the test's own.
class FreedInput : public ::testing::Test {
 protected:
  void SetUp() override {
    reference::DispatchRank rank;
    rank.num_tokens = 2;
    rank.x.assign(static_cast<std::size_t>(2 * config_.hidden), 0x3f80);
    rank.expert_ids = {0, 1, 0, 1};
    for (std::int32_t r = 0; r < 2; ++r) tensors_.push_back(MakeDispatch(config_, r, rank));
  }
  void TearDown() override {
    if (x_ != nullptr) {
      EXPECT_EQ(aclDestroyTensor(x_), 0);
    }
  }

  void* NewX(void* memory) {
    const std::int64_t dims[] = {2, 1024};
    x_ = aclCreateTensor(dims, 2, ACL_BF16, nullptr, 0, ACL_FORMAT_ND, dims, 2, memory);
    return memory;
  }
  void* XOnDevice() { return NewX(Allocate()); }
  void* XOnHost() {
    void* memory = nullptr;
    EXPECT_EQ(aclrtMallocHost(&memory, kBytes), 0);
    return NewX(memory);
  }
  void* Allocate() {
    world_.Use(0);
    void* memory = nullptr;
    EXPECT_EQ(aclrtMalloc(&memory, kBytes, ACL_MEM_MALLOC_HUGE_FIRST), 0) << RecentMessage();
    return memory;
  }

  aclOpExecutor* PhaseOne(std::size_t r) {
    world_.Use(r);
    const DispatchTensors& t = tensors_[r];
    std::uint64_t workspace = 0;
    aclOpExecutor* executor = nullptr;
    EXPECT_EQ(
        aclnnMoeDistributeDispatchV2GetWorkspaceSize(
            r == 0 ? x_ : t.x->handle(), t.expert_ids->handle(), nullptr, nullptr, nullptr,
            world_.rank(r).ep_name.c_str(), 2, static_cast<std::int64_t>(r), config_.num_experts,
            "", 0, 0, 0, 0, 0, 0, 0, 1, nullptr, t.expand_x->handle(), nullptr,
            t.assist_info->handle(), t.expert_token_nums->handle(), t.ep_recv_counts->handle(),
            t.tp_recv_counts->handle(), nullptr, &workspace, &executor),
        0)
        << RecentMessage();
    return executor;
  }

  // Both ranks' calls, with `between` done between rank 0's phases.
  std::vector<Outcome> Dispatch(const std::function<void(aclOpExecutor*)>& between) {
    aclOpExecutor* const first = PhaseOne(0);
    between(first);
    world_.Use(0);
    EXPECT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, first, world_.rank(0).stream), 0);
    aclOpExecutor* const second = PhaseOne(1);
    EXPECT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, second, world_.rank(1).stream), 0);
    return world_.Synchronize();
  }

  static void ExpectAllFailed(const std::vector<Outcome>& outcomes, const std::string& part) {
    for (const Outcome& outcome : outcomes) {
      EXPECT_EQ(outcome.finish, kFailed);
      EXPECT_NE(outcome.message.find(part), std::string::npos) << outcome.message;
      EXPECT_NE(outcome.message.find(", created at "), std::string::npos) << outcome.message;
    }
  }

  const moe::MoeConfig config_ = Config();
  World world_{2};
  std::vector<DispatchTensors> tensors_;
  aclTensor* x_ = nullptr;
};

TEST_F(FreedInput, BetweenThePhasesFailsTheCallOnEveryRank) {
  void* const memory = XOnDevice();
  ExpectAllFailed(Dispatch([&](aclOpExecutor*) { EXPECT_EQ(aclrtFree(memory), 0); }),
                  "rank 0: x lies in memory that was freed before the call ran, at byte 0 of an "
                  "allocation of 4128 usable bytes");
}

TEST_F(FreedInput, OnTheHostFailsTheCallOnEveryRank) {
  void* const memory = XOnHost();
  ExpectAllFailed(
      Dispatch([&](aclOpExecutor*) { EXPECT_EQ(aclrtFreeHost(memory), 0); }),
      "rank 0: x lies in memory that was freed before the call ran, at byte 0 of a host "
      "allocation of 4096 bytes");
}

TEST_F(FreedInput, BeforePhaseOneFailsTheCallOnEveryRank) {
  EXPECT_EQ(aclrtFree(XOnDevice()), 0);
  ExpectAllFailed(Dispatch([](aclOpExecutor*) {}), "rank 0: x lies in memory that was freed");
}

// A freed block's address is not forgotten while an executor knows it, so nothing new lies there.
TEST_F(FreedInput, IsSeenThoughManyBlocksWereMadeAndFreedSince) {
  void* const memory = XOnDevice();
  const auto between = [&](aclOpExecutor*) {
    EXPECT_EQ(aclrtFree(memory), 0);
    for (int i = 0; i < 1100; ++i) EXPECT_EQ(aclrtFree(Allocate()), 0);
  };
  ExpectAllFailed(Dispatch(between), "rank 0: x lies in memory that was freed");
}

TEST_F(FreedInput, MayBeReplacedByAnotherAddressBeforePhaseTwo) {
  void* const memory = XOnDevice();
  void* const other = Allocate();
  EXPECT_EQ(aclrtMemset(other, kBytes, 0, kBytes), 0);
  const auto between = [&](aclOpExecutor* executor) {
    EXPECT_EQ(aclrtFree(memory), 0);
    EXPECT_EQ(aclSetInputTensorAddr(executor, 0, x_, other), 0) << RecentMessage();
  };
  for (const Outcome& outcome : Dispatch(between)) EXPECT_TRUE(outcome.ok()) << outcome.message;
  EXPECT_EQ(aclrtFree(other), 0) << RecentMessage();
}

}  // namespace
}  // namespace ferry::support
