// Dims of one element, whose stride leads nowhere and may be any number: frameworks leave INT64_MAX
// or 0 there.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "moe/reference.h"
#include "support/moe_calls.h"
#include "support/world.h"

namespace ferry::conformance {
namespace {

constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
constexpr moe::MoeConfig kConfig = {
    .ep_size = 2, .num_experts = 2, .top_k = 1, .hidden = 1024, .global_batch = 2};

reference::DispatchRank TokenOf(int rank) {
  reference::DispatchRank tokens;
  tokens.num_tokens = 1;
  tokens.expert_ids = {1 - rank};
  for (int i = 0; i < 1024; ++i)
    tokens.x.push_back(static_cast<std::uint16_t>(0x3F80 + i % 89 + rank));
  return tokens;
}

TEST(SingleToken, StridesOfDimsWithOneElementAreNotLookedAt) {
  for (const std::int64_t stride : {kHuge, -kHuge, kHuge / 2 + 1}) {
    const support::World ranks(2);
    const std::vector<reference::DispatchRank> sent = {TokenOf(0), TokenOf(1)};
    const auto received = reference::Dispatch(kConfig, sent);
    const support::Storage row{.strides = {stride, 1}};
    const support::Storage single{.strides = {stride, stride}};
    std::vector<support::DispatchTensors> dispatched;
    for (std::size_t w = 0; w < 2; ++w) {
      support::DispatchOptions options;
      options.x = row;
      options.expert_ids = single;
      options.expert_token_nums = {.strides = {stride}};
      dispatched.push_back(
          support::MakeDispatch(kConfig, static_cast<std::int32_t>(w), sent[w], options));
    }
    ASSERT_TRUE(support::AllOk(support::Dispatch(ranks, kConfig, dispatched)));

    std::vector<reference::CombineRank> returned(2);
    std::vector<support::CombineTensors> combined;
    for (std::size_t w = 0; w < 2; ++w) {
      EXPECT_TRUE(support::HoldsDispatch(dispatched[w], received[w])) << "rank " << w;
      returned[w] = {.num_tokens = 1,
                     .own_rows = 1,
                     .expand_x = received[w].expand_x,
                     .assist_info = received[w].assist_info,
                     .expert_ids = sent[w].expert_ids,
                     .expert_scales = {0.5F},
                     .shared_expert_x = sent[w].x};
      support::CombineOptions options;
      options.expert_scales = single;
      options.expert_ids = single;
      options.shared_expert_x = row;
      options.x_out = row;
      combined.push_back(
          support::MakeCombine(kConfig, static_cast<std::int32_t>(w), 0, returned[w], options));
    }
    ASSERT_TRUE(support::AllOk(support::Combine(ranks, kConfig, combined)));
    const auto sums = reference::Combine(kConfig, returned);
    for (std::size_t w = 0; w < 2; ++w)
      EXPECT_TRUE(support::HoldsCombine(combined[w], sums[w])) << "rank " << w;
  }
}

}  // namespace
}  // namespace ferry::conformance
