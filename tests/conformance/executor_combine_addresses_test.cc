// Address updates of combine: every input at its position, and an output that comes to lie on an
// input.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "aclnnop/aclnn_moe_distribute_combine_v2.h"
#include "second_phase.h"

namespace ferry::conformance {
namespace {

using support::CombineTensors;
using support::DeviceTensor;

// Positions in the lists of combine.
constexpr std::size_t kExpandScales = 10;
constexpr std::size_t kSharedExpertX = 11;
constexpr std::size_t kInputs = 17;

std::vector<reference::CombineRank> Returned(const std::vector<reference::DispatchRank>& sent,
                                             float weight, std::uint16_t shared) {
  const auto received = reference::Dispatch(kConfig, sent);
  std::vector<reference::CombineRank> world(sent.size());
  for (std::size_t w = 0; w < sent.size(); ++w) {
    world[w].num_tokens = sent[w].num_tokens;
    world[w].own_rows = received[w].own_rows;
    world[w].expand_x = received[w].expand_x;
    world[w].assist_info = received[w].assist_info;
    world[w].expert_ids = sent[w].expert_ids;
    world[w].expert_scales = {weight, 0.5f};
    world[w].shared_expert_x.assign(1024, shared);
  }
  return world;
}

class CombineAddresses : public SecondPhase {
 protected:
  std::vector<CombineTensors> MakeAll(const std::vector<reference::CombineRank>& world) {
    std::vector<CombineTensors> all;
    for (std::size_t w = 0; w < world.size(); ++w) {
      world_.Use(w);
      all.push_back(support::MakeCombine(kConfig, static_cast<std::int32_t>(w), 0, world[w]));
    }
    return all;
  }

  // Phase 1, with expandScales given though A3 does not look at it.
  aclOpExecutor* Prepare(std::size_t w, const CombineTensors& t) {
    world_.Use(w);
    std::uint64_t workspace_size = 0;
    aclOpExecutor* executor = nullptr;
    support::Check(
        aclnnMoeDistributeCombineV2GetWorkspaceSize(
            t.expand_x->handle(), t.expert_ids->handle(), t.assist_info->handle(),
            t.ep_send_counts->handle(), t.expert_scales->handle(), nullptr, nullptr, nullptr,
            nullptr, nullptr, scales_.handle(), t.shared_expert_x->handle(),
            world_.rank(w).ep_name.c_str(), 2, static_cast<std::int64_t>(w), 4, nullptr, 0, 0, 0, 0,
            0, 0, 0, 0, 0, nullptr, t.x_out->handle(), &workspace_size, &executor),
        "phase 1");
    return executor;
  }

  void Run(aclOpExecutor* first, aclOpExecutor* second) {
    ASSERT_EQ(aclnnMoeDistributeCombineV2(nullptr, 0, first, stream(0)), 0) << RecentMessage();
    ASSERT_EQ(aclnnMoeDistributeCombineV2(nullptr, 0, second, stream(1)), 0) << RecentMessage();
    ASSERT_TRUE(support::AllOk(world_.Synchronize()));
  }

  const DeviceTensor scales_{ACL_FLOAT, {4}};
};

void Move(aclOpExecutor* executor, std::size_t input, const DeviceTensor& to) {
  EXPECT_EQ(aclSetInputTensorAddr(executor, input, to.handle(), to.data()), 0)
      << "input " << input << ": " << RecentMessage();
}

TEST_F(CombineAddresses, EveryInputHasThePositionOfTheSpecification) {
  auto before = MakeAll(Returned(sent_, 0.25f, 0x3F80));
  const auto later = Returned(sent_, 2.0f, 0x4080);
  auto after = MakeAll(later);
  aclOpExecutor* executors[2] = {};
  for (std::size_t w = 0; w < 2; ++w) {
    executors[w] = Prepare(w, before[w]);
    Move(executors[w], 0, *after[w].expand_x);
    Move(executors[w], 1, *after[w].expert_ids);
    Move(executors[w], 2, *after[w].assist_info);
    Move(executors[w], 3, *after[w].ep_send_counts);
    Move(executors[w], 4, *after[w].expert_scales);
    Move(executors[w], kSharedExpertX, *after[w].shared_expert_x);
    EXPECT_EQ(
        aclSetTensorAddr(executors[w], kInputs, after[w].x_out->handle(), after[w].x_out->data()),
        0)
        << RecentMessage();
    // What phase 1 had is of no use any more.
    for (const auto& input : {before[w].expert_ids, before[w].ep_send_counts})
      input->Write(std::vector<std::int32_t>(static_cast<std::size_t>(input->num_elements()), -1));
  }
  Run(executors[0], executors[1]);
  const auto expected = reference::Combine(kConfig, later);
  for (std::size_t w = 0; w < 2; ++w) {
    EXPECT_TRUE(support::HoldsCombine(after[w], expected[w])) << "rank " << w;
    EXPECT_TRUE(before[w].x_out->IsUntouched());
  }
}

TEST_F(CombineAddresses, ATensorThatIsNotLookedAtTakesAnyAddress) {
  const auto world = Returned(sent_, 2.0f, 0x4080);
  auto tensors = MakeAll(world);
  aclOpExecutor* executors[2] = {};
  for (std::size_t w = 0; w < 2; ++w) {
    executors[w] = Prepare(w, tensors[w]);
    for (void* const address : {static_cast<void*>(nullptr), reinterpret_cast<void*>(0x11)})
      EXPECT_EQ(aclSetInputTensorAddr(executors[w], kExpandScales, scales_.handle(), address), 0)
          << RecentMessage();
  }
  Run(executors[0], executors[1]);
  const auto expected = reference::Combine(kConfig, world);
  for (std::size_t w = 0; w < 2; ++w)
    EXPECT_TRUE(support::HoldsCombine(tensors[w], expected[w])) << "rank " << w;
}

// xOut on expandX and on sharedExpertX is allowed in phase 1, so it is afterwards.
TEST_F(CombineAddresses, AnOutputMayComeToLieOnAnInput) {
  const auto world = Returned(sent_, 2.0f, 0x4080);
  const auto expected = reference::Combine(kConfig, world);
  for (const auto shared : {&CombineTensors::expand_x, &CombineTensors::shared_expert_x}) {
    auto tensors = MakeAll(world);
    aclOpExecutor* executors[2] = {};
    for (std::size_t w = 0; w < 2; ++w) {
      executors[w] = Prepare(w, tensors[w]);
      const support::TensorPtr memory = tensors[w].*shared;
      EXPECT_EQ(aclSetOutputTensorAddr(executors[w], 0, tensors[w].x_out->handle(), memory->data()),
                0)
          << RecentMessage();
      EXPECT_TRUE(tensors[w].x_out->IsUntouched());
      tensors[w].x_out = std::make_shared<DeviceTensor>(*memory, std::vector<std::int64_t>{1, 1024},
                                                        support::Storage{});
    }
    Run(executors[0], executors[1]);
    for (std::size_t w = 0; w < 2; ++w)
      EXPECT_TRUE(support::HoldsCombine(tensors[w], expected[w])) << "rank " << w;
  }
}

TEST_F(CombineAddresses, AnAbsentTensorCannotMove) {
  const auto world = Returned(sent_, 2.0f, 0x4080);
  const auto tensors = MakeAll(world);
  aclOpExecutor* const executor = Prepare(0, tensors[0]);
  for (const std::size_t absent : {5, 6, 7, 8, 9, 12, 16, 17}) {
    EXPECT_EQ(aclSetInputTensorAddr(executor, absent, scales_.handle(), scales_.data()), 161002)
        << absent;
    EXPECT_TRUE(Contains(RecentMessage(), "index is " + std::to_string(absent)));
  }
  EXPECT_EQ(aclDestroyAclOpExecutor(executor), 0);
}

}  // namespace
}  // namespace ferry::conformance
