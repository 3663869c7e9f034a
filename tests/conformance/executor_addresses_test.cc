// Address updates: what phase 2 reads and writes after them, and what they refuse. Spec runtime.md
// section 7.4.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "second_phase.h"

namespace ferry::conformance {
namespace {

using support::DeviceTensor;
using Update = aclnnStatus (*)(aclOpExecutor*, std::size_t, aclTensor*, void*);

// Positions in the lists of dispatch.
constexpr std::size_t kX = 0;
constexpr std::size_t kMask = 3;
constexpr std::size_t kReserved = 5;
constexpr std::size_t kInputs = 7;
constexpr std::size_t kExpandX = 0;
constexpr std::size_t kOutputs = 7;

class ExecutorAddresses : public SecondPhase {
 protected:
  // Rank 0's tokens in other memory, with another value.
  std::shared_ptr<DeviceTensor> OtherTokens(const support::Storage& storage = {}) {
    world_.Use(0);
    auto x = std::make_shared<DeviceTensor>(ACL_BF16, std::vector<std::int64_t>{1, 1024}, storage);
    sent_[0].x.assign(1024, 0x4040);
    x->Write(sent_[0].x);
    return x;
  }

  // From now on rank 0's tokens are `x`.
  void ExpectTokens(std::shared_ptr<DeviceTensor> x) {
    tensors_[0].x = std::move(x);
    expected_ = reference::Dispatch(kConfig, sent_);
  }

  void ExpectRefused(aclnnStatus answer, aclnnStatus code, const std::string& part) {
    const std::string message = RecentMessage();
    EXPECT_EQ(answer, code) << message;
    EXPECT_TRUE(Contains(message, part)) << "'" << part << "' in: " << message;
  }
};

TEST_F(ExecutorAddresses, AnInputIsReadWhereItIsNow) {
  for (const Update update :
       {aclSetInputTensorAddr, AclSetInputTensorAddr, aclSetTensorAddr, AclSetTensorAddr}) {
    aclOpExecutor* const executor = Prepare(0);
    const auto x = OtherTokens();
    ASSERT_EQ(update(executor, kX, x->handle(), x->data()), 0) << RecentMessage();
    ExpectTokens(x);
    ExpectDelivered(executor);
  }
}

TEST_F(ExecutorAddresses, AnOutputIsWrittenWhereItIsNow) {
  for (const Update update : {aclSetOutputTensorAddr, AclSetOutputTensorAddr}) {
    aclOpExecutor* const executor = Prepare(0);
    const support::TensorPtr before = tensors_[0].expand_x;
    const auto after = std::make_shared<DeviceTensor>(ACL_BF16, before->dims());
    ASSERT_EQ(update(executor, kExpandX, after->handle(), after->data()), 0) << RecentMessage();
    tensors_[0].expand_x = after;
    ExpectDelivered(executor);
    EXPECT_TRUE(before->IsUntouched());
  }
}

TEST_F(ExecutorAddresses, AllTensorsAreNumberedInputsFirst) {
  for (const Update update : {aclSetTensorAddr, AclSetTensorAddr}) {
    aclOpExecutor* const executor = Prepare(0);
    const auto after = std::make_shared<DeviceTensor>(ACL_BF16, tensors_[0].expand_x->dims());
    ASSERT_EQ(update(executor, kInputs + kExpandX, after->handle(), after->data()), 0);
    tensors_[0].expand_x = after;
    ExpectDelivered(executor);
  }
}

TEST_F(ExecutorAddresses, TheViewBeginsWhereThatOfTheObjectDoes) {
  aclOpExecutor* const executor = Prepare(0);
  const auto x = OtherTokens({.offset = 24});
  ASSERT_EQ(aclSetInputTensorAddr(executor, kX, x->handle(), x->data()), 0) << RecentMessage();
  ExpectTokens(x);
  ExpectDelivered(executor);
}

TEST_F(ExecutorAddresses, TheObjectIsMovedToo) {
  aclOpExecutor* const executor = Prepare(0);
  const auto x = OtherTokens();
  aclTensor* const object = tensors_[0].x->handle();  // that of phase 1
  ASSERT_EQ(aclSetInputTensorAddr(executor, kX, object, x->data()), 0);
  void* address = nullptr;
  EXPECT_EQ(aclGetRawTensorAddr(object, &address), 0);
  EXPECT_EQ(address, x->data());
  ExpectTokens(x);
  ExpectDelivered(executor);
}

TEST_F(ExecutorAddresses, ChangingTheObjectAloneChangesNoExecutor) {
  aclOpExecutor* const executor = Prepare(0);
  ASSERT_EQ(aclSetRawTensorAddr(tensors_[0].x->handle(), nullptr), 0);
  ExpectDelivered(executor);
}

TEST_F(ExecutorAddresses, ARepeatableExecutorFollowsEveryUpdate) {
  aclOpExecutor* const executor = Prepare(0);
  ASSERT_EQ(aclSetAclOpExecutorRepeatable(executor), 0);
  for (int round = 0; round < 3; ++round) {
    const auto x = OtherTokens();
    std::thread([&] {  // without a device
      EXPECT_EQ(aclSetInputTensorAddr(executor, kX, x->handle(), x->data()), 0);
    })
        .join();
    ExpectTokens(x);
    ExpectDelivered(executor);
  }
  EXPECT_EQ(aclDestroyAclOpExecutor(executor), 0);
}

TEST_F(ExecutorAddresses, ALaunchInFlightKeepsItsAddresses) {
  aclOpExecutor* const executor = Prepare(0);
  ASSERT_EQ(aclSetAclOpExecutorRepeatable(executor), 0);
  ASSERT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)), 0);
  const support::TensorPtr before = tensors_[0].expand_x;
  const DeviceTensor after(ACL_BF16, before->dims());
  ASSERT_EQ(aclSetOutputTensorAddr(executor, kExpandX, after.handle(), after.data()), 0);
  ASSERT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, Prepare(1), stream(1)), 0);
  ASSERT_TRUE(support::AllOk(world_.Synchronize()));
  ExpectOutputs();
  EXPECT_TRUE(after.IsUntouched());
  EXPECT_EQ(aclDestroyAclOpExecutor(executor), 0);
}

TEST_F(ExecutorAddresses, UpdatesOnOneThreadLeaveLaunchesOnAnotherWhole) {
  aclOpExecutor* const executor = Prepare(0);
  ASSERT_EQ(aclSetAclOpExecutorRepeatable(executor), 0);
  const auto x = OtherTokens();
  const auto same = OtherTokens();
  ExpectTokens(x);
  ASSERT_EQ(aclSetInputTensorAddr(executor, kX, x->handle(), x->data()), 0);
  std::thread updates([&] {
    for (int i = 0; i < 50; ++i) {
      const auto& to = i % 2 == 0 ? same : x;
      EXPECT_EQ(aclSetInputTensorAddr(executor, kX, to->handle(), to->data()), 0);
    }
  });
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)), 0);
    ASSERT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, Prepare(1), stream(1)), 0);
  }
  updates.join();
  ASSERT_TRUE(support::AllOk(world_.Synchronize()));
  ExpectOutputs();
  EXPECT_EQ(aclDestroyAclOpExecutor(executor), 0);
}

// One of many threads gets a single use; to the others the executor is used already.
TEST_F(ExecutorAddresses, OneOfManyThreadsLaunchesASingleUse) {
  aclOpExecutor* const executor = Prepare(0);
  std::array<aclnnStatus, 8> answers{};
  std::vector<std::thread> threads;
  for (aclnnStatus& answer : answers)
    threads.emplace_back(
        [&] { answer = aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(answers.begin(), answers.end(), 0), 1);
  EXPECT_EQ(std::count(answers.begin(), answers.end(), 561000), 7);
  ASSERT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, Prepare(1), stream(1)), 0);
  ASSERT_TRUE(support::AllOk(world_.Synchronize()));
  ExpectOutputs();
}

TEST_F(ExecutorAddresses, SeveralExecutorsInFlightHaveTheirOwn) {
  std::vector<aclOpExecutor*> executors;
  std::vector<std::shared_ptr<DeviceTensor>> outputs;
  for (int i = 0; i < 3; ++i) {
    executors.push_back(Prepare(0));
    outputs.push_back(std::make_shared<DeviceTensor>(ACL_BF16, tensors_[0].expand_x->dims()));
    ASSERT_EQ(aclSetOutputTensorAddr(executors.back(), kExpandX, outputs.back()->handle(),
                                     outputs.back()->data()),
              0);
  }
  for (aclOpExecutor* const executor : executors)
    ASSERT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)), 0);
  for (std::size_t i = 0; i < executors.size(); ++i)
    ASSERT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, Prepare(1), stream(1)), 0);
  ASSERT_TRUE(support::AllOk(world_.Synchronize()));
  for (const auto& output : outputs) {
    tensors_[0].expand_x = output;
    ExpectOutputs();
  }
}

TEST_F(ExecutorAddresses, AMissingTensorOrExecutorIsRefused) {
  aclOpExecutor* const executor = Prepare(0);
  aclTensor* const object = tensors_[0].x->handle();
  void* const data = tensors_[0].x->data();
  ExpectRefused(aclSetInputTensorAddr(executor, kX, nullptr, data), 561103,
                "aclSetInputTensorAddr: tensor is null");
  ExpectRefused(aclSetOutputTensorAddr(nullptr, kX, nullptr, data), 561103, "tensor is null");
  ExpectRefused(AclSetTensorAddr(nullptr, kX, object, data), 561103,
                "AclSetTensorAddr: executor is null");
  int local = 0;
  auto* const foreign = static_cast<aclOpExecutor*>(static_cast<void*>(&local));
  ExpectRefused(aclSetInputTensorAddr(foreign, kX, object, data), 561000,
                "executor is no handle of an executor");
  auto* const no_tensor = static_cast<aclTensor*>(static_cast<void*>(&local));
  ExpectRefused(aclSetInputTensorAddr(executor, kX, no_tensor, data), 161002, "tensor is 0x");
  ExpectDelivered(executor);
  ExpectRefused(aclSetInputTensorAddr(executor, kX, object, data), 561000, "used already");
}

TEST_F(ExecutorAddresses, TheObjectMovesEvenIfThereIsNoExecutor) {
  aclTensor* const object = tensors_[0].x->handle();
  EXPECT_EQ(aclSetInputTensorAddr(nullptr, kX, object, this), 561103);
  void* address = nullptr;
  EXPECT_EQ(aclGetRawTensorAddr(object, &address), 0);
  EXPECT_EQ(address, this);
}

TEST_F(ExecutorAddresses, AnIndexMustNameATensorThatIsThere) {
  aclOpExecutor* const executor = Prepare(0);
  aclTensor* const object = tensors_[0].x->handle();
  void* const data = tensors_[0].x->data();
  ExpectRefused(aclSetInputTensorAddr(executor, kInputs, object, data), 161002,
                "index is 7; must be in [0, 6] (inputs of aclnnMoeDistributeDispatchV2)");
  ExpectRefused(aclSetOutputTensorAddr(executor, kOutputs, object, data), 161002,
                "index is 7; must be in [0, 6] (outputs of aclnnMoeDistributeDispatchV2)");
  ExpectRefused(aclSetTensorAddr(executor, kInputs + kOutputs, object, data), 161002,
                "index is 14; must be in [0, 13] (inputs, then outputs, of");
  ExpectRefused(aclSetTensorAddr(executor, SIZE_MAX, object, data), 161002, "index is 1844");
  ExpectRefused(aclSetInputTensorAddr(executor, kMask, object, data), 161002,
                "index is 3, xActiveMaskOptional, which this executor does not have");
  ExpectRefused(aclSetInputTensorAddr(executor, kReserved, object, data), 161002,
                "index is 5, elasticInfoOptional, which aclnnMoeDistributeDispatchV2 does not");
  ExpectDelivered(executor);
}

TEST_F(ExecutorAddresses, AnAddressThatPhaseOneWouldRefuseIsRefusedAndChangesNothing) {
  aclOpExecutor* const executor = Prepare(0);
  aclTensor* const object = tensors_[0].x->handle();
  world_.Use(0);
  void* small = nullptr;
  ASSERT_EQ(aclrtMalloc(&small, 512, ACL_MEM_MALLOC_HUGE_FIRST), 0);
  ExpectRefused(aclSetInputTensorAddr(executor, kX, object, small), 561002, "reach of x");
  ExpectRefused(aclSetInputTensorAddr(executor, kX, object, tensors_[0].x->data() + 1), 561002,
                "address of x");
  ExpectRefused(aclSetOutputTensorAddr(executor, kExpandX, object, small), 561002,
                "reach of expandXOut");
  EXPECT_EQ(aclrtFree(small), 0);
  ExpectDelivered(executor);
}

// As an executor that phase 1 made without memory: what it lacks is missed at the launch only.
TEST_F(ExecutorAddresses, ATensorWithoutAnAddressIsRefusedByTheLaunchAlone) {
  constexpr const char* kRefusal =
      "aclnnMoeDistributeDispatchV2: data of x is null; must hold the 1024 elements of shape [1, "
      "1024] when phase 2 is called [dispatch-A3-data-x]";
  ASSERT_EQ(aclSetRawTensorAddr(tensors_[0].x->handle(), nullptr), 0);
  aclOpExecutor* const executor = Prepare(0);
  ExpectRefused(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)), 161001, kRefusal);
  ExpectRefused(aclrtSynchronizeStream(stream(0)), 161001, kRefusal);
  EXPECT_EQ(aclrtSynchronizeStream(stream(0)), 0);
  ExpectRefused(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)), 561000, "used");
  ASSERT_EQ(aclSetRawTensorAddr(tensors_[0].x->handle(), tensors_[0].x->data()), 0);
  ExpectDelivered(Prepare(0));  // no number was taken
}

TEST_F(ExecutorAddresses, ARepeatableExecutorMayLoseAnAddressAndGetAnother) {
  aclOpExecutor* const executor = Prepare(0);
  ASSERT_EQ(aclSetAclOpExecutorRepeatable(executor), 0);
  ExpectDelivered(executor);
  aclTensor* const object = tensors_[0].expand_x->handle();
  ASSERT_EQ(aclSetOutputTensorAddr(executor, kExpandX, object, nullptr), 0) << RecentMessage();
  ExpectRefused(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)), 161001,
                "data of expandXOut is null");
  EXPECT_EQ(aclrtSynchronizeStream(stream(0)), 161001);
  ASSERT_EQ(aclSetOutputTensorAddr(executor, kExpandX, object, tensors_[0].expand_x->data()), 0);
  ExpectDelivered(executor);
  EXPECT_EQ(aclDestroyAclOpExecutor(executor), 0);
}

TEST_F(ExecutorAddresses, AViewThatLeavesTheNewMemoryIsRefused) {
  aclOpExecutor* const executor = Prepare(0);
  const auto x = OtherTokens({.offset = 24});
  ExpectRefused(aclSetInputTensorAddr(executor, kX, x->handle(), tensors_[0].x->data() + 1024),
                561002, "reach of x");
}

TEST_F(ExecutorAddresses, ThereAreNoTensorLists) {
  using DynamicUpdate =
      aclnnStatus (*)(aclOpExecutor*, std::size_t, std::size_t, aclTensorList*, void*);
  aclOpExecutor* const executor = Prepare(0);
  for (const DynamicUpdate update :
       {aclSetDynamicInputTensorAddr, aclSetDynamicOutputTensorAddr, aclSetDynamicTensorAddr,
        AclSetDynamicInputTensorAddr, AclSetDynamicOutputTensorAddr, AclSetDynamicTensorAddr}) {
    ExpectRefused(update(executor, 0, 1, nullptr, nullptr), 161002,
                  "irIndex is 0 and relativeIndex 1; no operator");
    EXPECT_EQ(update(nullptr, 0, 0, nullptr, nullptr), 161002);
  }
  ExpectDelivered(executor);
}

}  // namespace
}  // namespace ferry::conformance
