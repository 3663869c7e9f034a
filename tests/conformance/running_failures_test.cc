// Failures of running operators through the C API: one sentence on every rank, and a group that
// works afterwards.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "moe/reference.h"
#include "support/moe_calls.h"
#include "support/world.h"

namespace ferry::support {
namespace {

using ::testing::AssertionResult;

constexpr std::int32_t kFailed = 507015;

moe::MoeConfig ConfigOf(std::int32_t ep_size, std::int32_t tp_size, std::int32_t num_experts,
                        std::int32_t top_k) {
  return {.ep_size = ep_size,
          .tp_size = tp_size,
          .num_experts = num_experts,
          .num_shared_experts = 0,
          .num_shared_ranks = 0,
          .top_k = top_k,
          .hidden = 1024,
          .global_batch = 2 * ep_size,
          .x_type = DType::kBFloat16};
}

// Two tokens a rank, to experts 0, 1, ... top_k - 1.
std::vector<reference::DispatchRank> PlainInputs(const moe::MoeConfig& config) {
  reference::DispatchRank rank;
  rank.num_tokens = 2;
  rank.x.assign(static_cast<std::size_t>(2 * config.hidden), 0x3f80);
  for (std::int32_t i = 0; i < 2 * config.top_k; ++i) rank.expert_ids.push_back(i % config.top_k);
  return std::vector<reference::DispatchRank>(
      static_cast<std::size_t>(config.ep_size * config.tp_size), rank);
}

std::vector<DispatchTensors> Tensors(const moe::MoeConfig& config,
                                     const std::vector<reference::DispatchRank>& inputs) {
  std::vector<DispatchTensors> tensors;
  for (std::size_t w = 0; w < inputs.size(); ++w) {
    tensors.push_back(
        MakeDispatch(config, static_cast<std::int32_t>(w) / config.tp_size, inputs[w]));
  }
  return tensors;
}

// Every rank failed at its synchronise, all with one sentence that holds `part`.
AssertionResult AllFailedAlike(const std::vector<Outcome>& outcomes, const std::string& part) {
  for (const Outcome& outcome : outcomes) {
    if (outcome.launch != 0 || outcome.finish != kFailed) {
      return ::testing::AssertionFailure()
             << "launch " << outcome.launch << ", synchronise " << outcome.finish;
    }
    if (outcome.message != outcomes.front().message) {
      return ::testing::AssertionFailure()
             << "'" << outcome.message << "' is not '" << outcomes.front().message << "'";
    }
  }
  if (outcomes.front().message.find(part) == std::string::npos) {
    return ::testing::AssertionFailure() << "'" << outcomes.front().message << "' lacks " << part;
  }
  return ::testing::AssertionSuccess();
}

void ExpectTheGroupWorks(const World& world, const moe::MoeConfig& config) {
  const auto inputs = PlainInputs(config);
  const auto expected = reference::Dispatch(config, inputs);
  auto tensors = Tensors(config, inputs);
  ASSERT_TRUE(AllOk(Dispatch(world, config, tensors)));
  for (std::size_t w = 0; w < tensors.size(); ++w) {
    EXPECT_TRUE(HoldsDispatch(tensors[w], expected[w])) << "world rank " << w;
  }
}

TEST(RunningFailure, ABadExpertIdFailsEveryRankAndIsNamed) {
  const auto config = ConfigOf(4, 1, 8, 2);
  const World world(4);
  auto inputs = PlainInputs(config);
  inputs[2].expert_ids[3] = 8;   // token 1, k 1
  inputs[3].expert_ids[0] = -1;  // a higher rank: not the one that is named
  const auto outcomes = Dispatch(world, config, Tensors(config, inputs));
  EXPECT_TRUE(AllFailedAlike(outcomes, "rank 2 token 1 k 1: expert id 8 outside [0, 8)"));
  EXPECT_NE(outcomes[0].message.find("aclnnMoeDistributeDispatchV2 call 1 on group \"" +
                                     world.rank(0).ep_name + "\" failed: "),
            std::string::npos)
      << outcomes[0].message;
  ExpectTheGroupWorks(world, config);
}

TEST(RunningFailure, ABadIdInOneEpGroupFailsTheTpPartnersGroupToo) {
  const auto config = ConfigOf(2, 2, 2, 1);
  const World world(2, 2);
  auto inputs = PlainInputs(config);
  inputs[2].expert_ids[1] = 77;  // EP rank 1 of TP rank 0
  EXPECT_TRUE(AllFailedAlike(Dispatch(world, config, Tensors(config, inputs)),
                             "rank 1 token 1 k 0: expert id 77 outside [0, 2)"));
  ExpectTheGroupWorks(world, config);
}

TEST(RunningFailure, UnequalBatchesWithGlobalBsZeroDisagree) {
  auto config = ConfigOf(2, 1, 4, 2);
  const World world(2);
  auto inputs = PlainInputs(config);
  inputs[0].num_tokens = 1;
  inputs[0].x.resize(static_cast<std::size_t>(config.hidden));
  inputs[0].expert_ids.resize(2);
  std::vector<DispatchTensors> tensors;
  for (std::int32_t r = 0; r < 2; ++r) {
    DispatchOptions options;
    options.call.global_bs = 0;
    tensors.push_back(MakeDispatch(config, r, inputs[static_cast<std::size_t>(r)], options));
  }
  EXPECT_TRUE(AllFailedAlike(Dispatch(world, config, tensors),
                             "parameter globalBs differs: rank 0 has 2, rank 1 has 4"));
  ExpectTheGroupWorks(world, config);
}

TEST(RunningFailure, RowsBeyondTheCapacityAreCounted) {
  // Both ids of every token name expert 1: 8 rows against A = 4.
  auto config = ConfigOf(2, 1, 2, 2);
  const World world(2);
  auto inputs = PlainInputs(config);
  for (auto& rank : inputs) rank.expert_ids = {1, 1, 1, 1};
  const auto outcomes = Dispatch(world, config, Tensors(config, inputs));
  EXPECT_TRUE(AllFailedAlike(outcomes, "rank 1"));
  EXPECT_NE(outcomes[0].message.find('8'), std::string::npos) << outcomes[0].message;
  EXPECT_NE(outcomes[0].message.find('4'), std::string::npos) << outcomes[0].message;
  ExpectTheGroupWorks(world, config);
}

std::vector<CombineTensors> PlainCombine(const moe::MoeConfig& config,
                                         const std::vector<DispatchTensors>& dispatched) {
  std::vector<CombineTensors> tensors;
  for (const DispatchTensors& rank : dispatched) {
    reference::CombineRank owner;
    owner.num_tokens = 2;
    owner.expert_scales.assign(static_cast<std::size_t>(2 * config.top_k), 1.0f);
    tensors.push_back(MakeCombineAfter(config, rank, owner));
  }
  return tensors;
}

TEST(RunningFailure, ABadTripleFailsEveryRankAndIsNamed) {
  const auto config = ConfigOf(4, 1, 8, 2);
  const World world(4);
  auto dispatched = Tensors(config, PlainInputs(config));
  ASSERT_TRUE(AllOk(Dispatch(world, config, dispatched)));
  auto triples = dispatched[0].assist_info->Read<std::int32_t>(6);
  triples[3] = 4;  // row 1: rank 4 of 4
  dispatched[0].assist_info->Write(triples);
  const auto outcomes = Combine(world, config, PlainCombine(config, dispatched));
  EXPECT_TRUE(AllFailedAlike(outcomes, "rank 0"));
  EXPECT_NE(outcomes[3].message.find("row 1"), std::string::npos) << outcomes[3].message;
  ExpectTheGroupWorks(world, config);
}

TEST(RunningFailure, ARowThatNobodyHoldsFailsOnlyItsOwner) {
  const auto config = ConfigOf(4, 1, 8, 2);
  const World world(4);
  auto dispatched = Tensors(config, PlainInputs(config));
  ASSERT_TRUE(AllOk(Dispatch(world, config, dispatched)));
  auto triples = dispatched[0].assist_info->Read<std::int32_t>(3);
  ASSERT_EQ(triples, (std::vector<std::int32_t>{0, 0, 0}));
  dispatched[0].assist_info->Write(std::vector<std::int32_t>{0, 1, 0});  // filled twice instead
  const auto outcomes = Combine(world, config, PlainCombine(config, dispatched));
  EXPECT_EQ(outcomes[0].finish, kFailed);
  EXPECT_NE(outcomes[0].message.find("token 0"), std::string::npos) << outcomes[0].message;
  EXPECT_NE(outcomes[0].message.find("slot 0"), std::string::npos) << outcomes[0].message;
  for (std::size_t w = 1; w < outcomes.size(); ++w) EXPECT_TRUE(outcomes[w].ok()) << w;
  ExpectTheGroupWorks(world, config);
}

aclnnStatus LaunchDispatch(const moe::MoeConfig& config, const World& world, std::size_t w,
                           const DispatchTensors& tensors) {
  std::uint64_t workspace = 0;
  aclOpExecutor* executor = nullptr;
  world.Use(w);
  const aclnnStatus status = aclnnMoeDistributeDispatchV2GetWorkspaceSize(
      tensors.x->handle(), tensors.expert_ids->handle(), nullptr, nullptr, nullptr,
      world.rank(w).ep_name.c_str(), config.ep_size, world.rank(w).ep_rank, config.num_experts, "",
      0, 0, 0, 0, 0, 0, 0, 1, nullptr, tensors.expand_x->handle(), nullptr,
      tensors.assist_info->handle(), tensors.expert_token_nums->handle(),
      tensors.ep_recv_counts->handle(), tensors.tp_recv_counts->handle(), nullptr, &workspace,
      &executor);
  return status != 0 ? status
                     : aclnnMoeDistributeDispatchV2(nullptr, 0, executor, world.rank(w).stream);
}

TEST(RunningFailure, AnAbortedStreamEndsTheWaitOfItsPeersAtOnce) {
  const auto config = ConfigOf(4, 1, 8, 2);
  const World world(4);
  const auto tensors = Tensors(config, PlainInputs(config));
  for (std::size_t w = 0; w < 3; ++w) ASSERT_EQ(LaunchDispatch(config, world, w, tensors[w]), 0);
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(aclrtStreamAbort(world.rank(1).stream), 0);
  const auto outcomes = world.Synchronize();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_EQ(outcomes[1].finish, 107023);
  for (const std::size_t w : {0U, 2U}) {
    EXPECT_EQ(outcomes[w].finish, kFailed);
    EXPECT_NE(outcomes[w].message.find("rank 1"), std::string::npos) << outcomes[w].message;
  }
  // Rank 3 comes late: the same sentence, at once.
  ASSERT_EQ(LaunchDispatch(config, world, 3, tensors[3]), 0);
  const auto late = world.Synchronize();
  EXPECT_EQ(late[3].finish, kFailed);
  EXPECT_EQ(late[3].message, outcomes[0].message);
  ExpectTheGroupWorks(world, config);
}

// A communicator of its own, so that its ranks may leave one by one.
TEST(RunningFailure, ADestroyedRankFailsLaterBarriersAtOnceByName) {
  const World world(3);
  std::vector<std::int32_t> devices = {0, 1, 2};
  std::vector<HcclComm> comms(3);
  ASSERT_EQ(HcclCommInitAll(3, devices.data(), comms.data()), HCCL_SUCCESS);
  for (std::size_t w = 0; w < 3; ++w) {
    ASSERT_EQ(HcclBarrier(comms[w], world.rank(w).stream), HCCL_SUCCESS);
  }
  for (const Outcome& outcome : world.Synchronize()) EXPECT_TRUE(outcome.ok()) << outcome.message;
  ASSERT_EQ(HcclCommDestroy(comms[2]), HCCL_SUCCESS);
  EXPECT_EQ(HcclCommDestroy(comms[2]), HCCL_E_NOT_FOUND);
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t w = 0; w < 2; ++w) {
    ASSERT_EQ(HcclBarrier(comms[w], world.rank(w).stream), HCCL_SUCCESS);
  }
  const auto outcomes = world.Synchronize();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  for (const std::size_t w : {0U, 1U}) {
    EXPECT_EQ(outcomes[w].finish, kFailed);
    EXPECT_NE(outcomes[w].message.find("HcclBarrier call 2"), std::string::npos)
        << outcomes[w].message;
    EXPECT_NE(outcomes[w].message.find("2"), std::string::npos) << outcomes[w].message;
    HcclResult state = HCCL_SUCCESS;
    EXPECT_EQ(HcclGetCommAsyncError(comms[w], &state), HCCL_SUCCESS);
    EXPECT_EQ(state, HCCL_E_REMOTE);
    EXPECT_EQ(HcclCommDestroy(comms[w]), HCCL_SUCCESS);
  }
}

}  // namespace
}  // namespace ferry::support
