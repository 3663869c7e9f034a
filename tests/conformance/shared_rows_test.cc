// sharedExpertX as three dims (a, b, H) whose blocks lie apart: no stride leads from a block's last
// row to the next one's first, so the rows are gathered before they are added.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "moe/reference.h"
#include "support/moe_calls.h"
#include "support/world.h"

namespace ferry::conformance {
namespace {

constexpr moe::MoeConfig kConfig = {
    .ep_size = 2, .num_experts = 2, .top_k = 1, .hidden = 1024, .global_batch = 8};

// Each rank gets four tokens back, half of them from each expert, and has rows to add.
std::vector<reference::CombineRank> ReturnedRows() {
  std::vector<reference::DispatchRank> sent(2);
  for (std::size_t w = 0; w < 2; ++w) {
    sent[w].num_tokens = 4;
    sent[w].expert_ids = {0, 1, 0, 1};
    for (int i = 0; i < 4 * 1024; ++i)
      sent[w].x.push_back(static_cast<std::uint16_t>(0x3F80 + i % 89 + static_cast<int>(w)));
  }
  const auto received = reference::Dispatch(kConfig, sent);
  std::vector<reference::CombineRank> world(2);
  for (std::size_t w = 0; w < 2; ++w) {
    world[w].num_tokens = 4;
    world[w].own_rows = received[w].own_rows;
    world[w].expand_x = received[w].expand_x;
    world[w].assist_info = received[w].assist_info;
    world[w].expert_ids = sent[w].expert_ids;
    world[w].expert_scales = {0.5f, 0.25f, 2.0f, 1.0f};
    for (int i = 0; i < 4 * 1024; ++i)
      world[w].shared_expert_x.push_back(static_cast<std::uint16_t>(0x4000 + i % 113));
  }
  return world;
}

void ExpectSums(const support::Storage& storage) {
  const support::World ranks(2);
  const auto world = ReturnedRows();
  const auto expected = reference::Combine(kConfig, world);
  std::vector<support::CombineTensors> tensors;
  for (std::size_t w = 0; w < 2; ++w) {
    tensors.push_back(support::MakeCombine(kConfig, static_cast<std::int32_t>(w), 0, world[w]));
    auto rows = std::make_shared<support::DeviceTensor>(
        ACL_BF16, std::vector<std::int64_t>{2, 2, 1024}, storage);
    rows->Write(world[w].shared_expert_x);
    tensors[w].shared_expert_x = std::move(rows);
  }
  ASSERT_TRUE(support::AllOk(support::Combine(ranks, kConfig, tensors)));
  for (std::size_t w = 0; w < 2; ++w)
    EXPECT_TRUE(support::HoldsCombine(tensors[w], expected[w])) << "rank " << w;
}

TEST(SharedRows, BlocksApartAreGathered) {
  ExpectSums({.strides = {5000, 1100, 1}});
}

TEST(SharedRows, BlocksInReverseWithStridedElementsAreGathered) {
  ExpectSums({.strides = {-9000, 2200, 2}, .offset = 9000});
}

TEST(SharedRows, BlocksSideBySideAreReadInPlace) {
  ExpectSums({.strides = {2 * 1030, 1030, 1}});
}

}  // namespace
}  // namespace ferry::conformance
