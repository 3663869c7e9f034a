// A dispatch over two ranks whose phases a test calls one by one.
#ifndef FERRY_TESTS_CONFORMANCE_SECOND_PHASE_H_
#define FERRY_TESTS_CONFORMANCE_SECOND_PHASE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "acl/acl.h"
#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "moe/reference.h"
#include "support/device_tensor.h"
#include "support/moe_calls.h"
#include "support/recent_message.h"
#include "support/world.h"

namespace ferry::conformance {

inline constexpr moe::MoeConfig kConfig = {
    .ep_size = 2, .num_experts = 4, .top_k = 2, .hidden = 1024, .global_batch = 2};

using support::RecentMessage;

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// One dispatch over two ranks, a token each, phase by phase.
class SecondPhase : public ::testing::Test {
 protected:
  SecondPhase() : world_(2), sent_(2) {
    for (std::size_t w = 0; w < 2; ++w) {
      sent_[w].num_tokens = 1;
      sent_[w].x.assign(1024, static_cast<std::uint16_t>(0x3F80 + w));
      sent_[w].expert_ids = {static_cast<std::int32_t>(w), 2};
      tensors_.push_back(support::MakeDispatch(kConfig, static_cast<std::int32_t>(w), sent_[w]));
    }
    expected_ = reference::Dispatch(kConfig, sent_);
  }

  // Phase 1 with strings that are gone when it returns.
  aclOpExecutor* Prepare(std::size_t w) {
    world_.Use(w);
    const support::DispatchTensors& t = tensors_[w];
    auto group = std::make_unique<std::string>(world_.rank(w).ep_name);
    auto alg = std::make_unique<std::string>("fullmesh_v1");
    std::uint64_t workspace_size = 1;
    aclOpExecutor* executor = nullptr;
    support::Check(aclnnMoeDistributeDispatchV2GetWorkspaceSize(
                       t.x->handle(), t.expert_ids->handle(), nullptr, nullptr, nullptr,
                       group->data(), 2, static_cast<std::int64_t>(w), 4, nullptr, 0, 0, 0, 0, 0, 0,
                       0, 1, alg->data(), t.expand_x->handle(), nullptr, t.assist_info->handle(),
                       t.expert_token_nums->handle(), t.ep_recv_counts->handle(),
                       t.tp_recv_counts->handle(), nullptr, &workspace_size, &executor),
                   "phase 1");
    group->assign(group->size(), '#');
    alg->assign(alg->size(), '#');
    EXPECT_EQ(workspace_size, 0u);
    return executor;
  }

  aclrtStream stream(std::size_t w) const { return world_.rank(w).stream; }

  // Both ranks' calls, the first with `executor`, which is ready.
  void ExpectDelivered(aclOpExecutor* executor) {
    world_.Use(0);
    ASSERT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, executor, stream(0)), 0) << RecentMessage();
    aclOpExecutor* const other = Prepare(1);
    ASSERT_EQ(aclnnMoeDistributeDispatchV2(nullptr, 0, other, stream(1)), 0) << RecentMessage();
    ASSERT_TRUE(support::AllOk(world_.Synchronize()));
    ExpectOutputs();
  }

  void ExpectOutputs() {
    for (std::size_t w = 0; w < 2; ++w)
      EXPECT_TRUE(support::HoldsDispatch(tensors_[w], expected_[w])) << "rank " << w;
  }

  support::World world_;
  std::vector<reference::DispatchRank> sent_;
  std::vector<reference::DispatchResult> expected_;
  std::vector<support::DispatchTensors> tensors_;
};

}  // namespace ferry::conformance

#endif  // FERRY_TESTS_CONFORMANCE_SECOND_PHASE_H_
