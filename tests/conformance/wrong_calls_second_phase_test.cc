// The contract of phase 2: entry checks, consumed and repeatable executors, what may change or end
// between the phases. Spec runtime.md section 7.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "aclnnop/aclnn_moe_distribute_combine_v2.h"
#include "hccl/hccl.h"
#include "second_phase.h"

namespace ferry::conformance {
namespace {

using support::Check;

TEST_F(SecondPhase, ANullExecutorIsRefused) {
  EXPECT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, nullptr, stream(0)), 161001);
  EXPECT_TRUE(Contains(RecentMessage(), "executor is null"));
  EXPECT_EQ(aclnnMoeDistributeCombineV2(nullptr, 0, nullptr, stream(0)), 161001);
  EXPECT_TRUE(Contains(RecentMessage(), "executor is null"));
}

TEST_F(SecondPhase, EntryChecksDoNotConsumeTheExecutor) {
  aclOpExecutor* const executor = Prepare(0);
  EXPECT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 8, executor, stream(0)), 161001);
  EXPECT_TRUE(Contains(RecentMessage(), "workspace is null"));
  EXPECT_EQ(aclnnMoeDistributeCombineV2(nullptr, 0, executor, stream(0)), 561000);
  EXPECT_TRUE(Contains(RecentMessage(), "aclnnMoeDistributeDispatchV2"));
  ExpectDelivered(executor);
}

TEST_F(SecondPhase, ALargerWorkspaceIsAccepted) {
  aclOpExecutor* const executors[] = {Prepare(0), Prepare(1)};
  std::byte workspace[64] = {};
  for (std::size_t w = 0; w < 2; ++w)
    ASSERT_EQ(aclnnMoeDistributeDispatchV2(workspace, 64, executors[w], stream(w)), 0);
  ASSERT_TRUE(support::AllOk(world_.Synchronize()));
  ExpectOutputs();
}

TEST_F(SecondPhase, AConsumedExecutorIsRecognised) {
  aclOpExecutor* const executor = Prepare(0);
  ExpectDelivered(executor);
  EXPECT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)), 561000);
  EXPECT_TRUE(Contains(RecentMessage(), "executor"));
  EXPECT_EQ(aclSetAclOpExecutorRepeatable(executor), 561000);
  EXPECT_EQ(aclDestroyAclOpExecutor(executor), 561000);
  ASSERT_TRUE(support::AllOk(world_.Synchronize()));
}

TEST_F(SecondPhase, PointersThatAreNoExecutorsAreRecognised) {
  int something = 0;
  auto* const foreign = reinterpret_cast<aclOpExecutor*>(&something);
  EXPECT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, foreign, stream(0)), 561000);
  EXPECT_EQ(aclSetAclOpExecutorRepeatable(foreign), 561000);
  EXPECT_EQ(aclDestroyAclOpExecutor(foreign), 561000);
  EXPECT_EQ(aclSetAclOpExecutorRepeatable(nullptr), 561103);
  EXPECT_EQ(aclDestroyAclOpExecutor(nullptr), 561103);
  EXPECT_TRUE(Contains(RecentMessage(), "executor is null"));
}

TEST_F(SecondPhase, AnExecutorThatIsNeverLaunchedCanBeDestroyed) {
  aclOpExecutor* const executor = Prepare(0);
  EXPECT_EQ(aclDestroyAclOpExecutor(executor), 0);
  EXPECT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)), 561000);
  ExpectDelivered(Prepare(0));
}

TEST_F(SecondPhase, ARepeatableExecutorReadsItsInputsAnew) {
  aclOpExecutor* const executors[] = {Prepare(0), Prepare(1)};
  for (aclOpExecutor* executor : executors) ASSERT_EQ(aclSetAclOpExecutorRepeatable(executor), 0);
  for (std::uint16_t round = 0; round < 3; ++round) {
    aclrtStream streams[2] = {};
    for (std::size_t w = 0; w < 2; ++w) {
      sent_[w].x.assign(1024, static_cast<std::uint16_t>(0x4000 + 8 * round + w));
      tensors_[w].x->Write(sent_[w].x);
      world_.Use(w);
      ASSERT_EQ(aclrtCreateStream(&streams[w]), 0);  // every round on a stream of its own
      ASSERT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executors[w], streams[w]), 0);
    }
    for (std::size_t w = 0; w < 2; ++w) {
      EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(streams[w], 60'000), 0) << RecentMessage();
      EXPECT_EQ(aclrtDestroyStream(streams[w]), 0);
    }
    expected_ = reference::Dispatch(kConfig, sent_);
    ExpectOutputs();
  }
  for (aclOpExecutor* executor : executors) {
    EXPECT_EQ(aclDestroyAclOpExecutor(executor), 0);
    EXPECT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)), 561000);
  }
}

TEST_F(SecondPhase, ARepeatableExecutorMayBeDestroyedBeforeItsWorkIsDone) {
  aclOpExecutor* const executor = Prepare(0);
  ASSERT_EQ(aclSetAclOpExecutorRepeatable(executor), 0);
  ASSERT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)), 0);
  ASSERT_EQ(aclDestroyAclOpExecutor(executor), 0);  // rank 1 has not come: the call still waits
  ASSERT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, Prepare(1), stream(1)), 0);
  ASSERT_TRUE(support::AllOk(world_.Synchronize()));
  ExpectOutputs();
}

TEST_F(SecondPhase, AnotherThreadWithoutADeviceMayLaunch) {
  aclOpExecutor* const executors[] = {Prepare(0), Prepare(1)};
  std::thread([&] {
    for (std::size_t w = 0; w < 2; ++w)
      EXPECT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executors[w], stream(w)), 0);
  }).join();
  ASSERT_TRUE(support::AllOk(world_.Synchronize()));
  ExpectOutputs();
}

TEST_F(SecondPhase, TensorObjectsMayEndBeforeTheStreamHasRun) {
  aclOpExecutor* executors[2] = {};
  for (std::size_t w = 0; w < 2; ++w) {
    world_.Use(w);
    // Descriptions of the same memory, which end while rank 0 still waits for rank 1.
    std::vector<std::unique_ptr<support::DeviceTensor>> views;
    const support::DispatchTensors& t = tensors_[w];
    const auto again = [&](const support::TensorPtr& tensor) {
      views.push_back(
          std::make_unique<support::DeviceTensor>(*tensor, tensor->dims(), support::Storage{}));
      return views.back()->handle();
    };
    std::uint64_t workspace_size = 0;
    Check(aclnnMoeDistributeDispatchV2GetWorkspaceSize(
              again(t.x), again(t.expert_ids), nullptr, nullptr, nullptr,
              world_.rank(w).ep_name.c_str(), 2, static_cast<std::int64_t>(w), 4, nullptr, 0, 0, 0,
              0, 0, 0, 0, 1, nullptr, again(t.expand_x), nullptr, again(t.assist_info),
              again(t.expert_token_nums), again(t.ep_recv_counts), again(t.tp_recv_counts), nullptr,
              &workspace_size, &executors[w]),
          "phase 1");
    ASSERT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executors[w], stream(w)), 0);
  }
  ASSERT_TRUE(support::AllOk(world_.Synchronize()));
  ExpectOutputs();
}

TEST_F(SecondPhase, ANullStreamIsTheDefaultStreamOfTheContext) {
  for (std::size_t w = 0; w < 2; ++w) {
    aclOpExecutor* const executor = Prepare(w);
    ASSERT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, nullptr), 0) << RecentMessage();
  }
  for (std::size_t w = 0; w < 2; ++w) {
    world_.Use(w);
    EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(nullptr, 60'000), 0) << RecentMessage();
  }
  ExpectOutputs();
}

TEST_F(SecondPhase, ANullStreamWithoutAContextIsRefused) {
  aclOpExecutor* const executor = Prepare(0);
  std::thread([&] {
    EXPECT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, nullptr), 107002);
    EXPECT_FALSE(RecentMessage().empty());
  }).join();
}

TEST_F(SecondPhase, ADestroyedStreamIsRefusedAndConsumesTheExecutor) {
  aclOpExecutor* const executor = Prepare(0);
  aclrtStream gone = nullptr;
  ASSERT_EQ(aclrtCreateStream(&gone), 0);
  ASSERT_EQ(aclrtDestroyStream(gone), 0);
  EXPECT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, gone), 107017);
  EXPECT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)), 561000);
  ExpectDelivered(Prepare(0));  // no number was taken
}

TEST_F(SecondPhase, ACommunicatorDestroyedBetweenThePhasesIsAlsoLeftPending) {
  HcclComm comms[2] = {};
  std::int32_t devices[2] = {0, 1};
  ASSERT_EQ(HcclCommInitAll(2, devices, comms), HCCL_SUCCESS);
  char name[COMM_NAME_MAX_LENGTH] = {};
  ASSERT_EQ(HcclGetCommName(comms[0], name), HCCL_SUCCESS);
  world_.Use(0);
  const support::DispatchTensors& t = tensors_[0];
  std::uint64_t workspace_size = 0;
  aclOpExecutor* executor = nullptr;
  ASSERT_EQ(aclnnMoeDistributeDispatchV2GetWorkspaceSize(
                t.x->handle(), t.expert_ids->handle(), nullptr, nullptr, nullptr, name, 2, 0, 4,
                nullptr, 0, 0, 0, 0, 0, 0, 0, 1, nullptr, t.expand_x->handle(), nullptr,
                t.assist_info->handle(), t.expert_token_nums->handle(), t.ep_recv_counts->handle(),
                t.tp_recv_counts->handle(), nullptr, &workspace_size, &executor),
            0);
  ASSERT_EQ(HcclCommDestroy(comms[0]), HCCL_SUCCESS);
  EXPECT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)), 361001);
  EXPECT_TRUE(Contains(RecentMessage(), name));
  EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(stream(0), 60'000), 361001);
  EXPECT_TRUE(Contains(RecentMessage(), name));
  EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(stream(0), 60'000), 0);
  EXPECT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)), 561000);
  EXPECT_EQ(HcclCommDestroy(comms[1]), HCCL_SUCCESS);
  ExpectDelivered(Prepare(0));
}

}  // namespace
}  // namespace ferry::conformance
