// Executors that are set up before there is memory: every tensor is null in phase 1, and gets its
// address before phase 2, as spec runtime.md sections 6 and 7.4 let clients do.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "aclnnop/aclnn_moe_distribute_combine_v2.h"
#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "moe/reference.h"
#include "support/moe_calls.h"
#include "support/world.h"

namespace ferry::conformance {
namespace {

using support::TensorPtr;

// Every tensor of both operators is used.
constexpr moe::MoeConfig kQuantised = {.ep_size = 2,
                                       .tp_size = 2,
                                       .num_experts = 2,
                                       .top_k = 2,
                                       .hidden = 1024,
                                       .global_batch = 4,
                                       .quantization = moe::Quantization::kPerToken};

moe::MoeConfig Plain() {
  moe::MoeConfig config = kQuantised;
  config.quantization = moe::Quantization::kNone;
  return config;
}

std::vector<reference::DispatchRank> Tokens(const moe::MoeConfig& config) {
  std::vector<reference::DispatchRank> world(4);
  for (std::size_t w = 0; w < world.size(); ++w) {
    world[w].num_tokens = 2;
    for (std::int64_t i = 0; i < 2 * config.hidden; ++i)
      world[w].x.push_back(static_cast<std::uint16_t>(0x3F80 + (i * 5 + static_cast<int>(w)) % 83));
    world[w].expert_ids = {0, 1, 1, 0};
    world[w].mask = {1, 1};
    if (config.quantizes()) world[w].smooth_scales.assign(2 * 1024, 0.5f);
  }
  return world;
}

std::vector<reference::CombineRank> Returned(const moe::MoeConfig& config) {
  const auto sent = Tokens(config);
  const auto received = reference::Dispatch(config, sent);
  std::vector<reference::CombineRank> world(sent.size());
  for (std::size_t w = 0; w < sent.size(); ++w) {
    world[w].num_tokens = 2;
    world[w].own_rows = received[w].own_rows;
    world[w].peer_rows = received[w].peer_rows;
    world[w].expand_x = received[w].expand_x;
    world[w].assist_info = received[w].assist_info;
    world[w].expert_ids = sent[w].expert_ids;
    world[w].expert_scales = {0.25f, 0.5f, 0.75f, 1.0f};
    world[w].shared_expert_x.assign(2 * 1024, 0x4080);
    world[w].mask = sent[w].mask;
  }
  return world;
}

// A tensor and its place among inputs and outputs.
struct Place {
  std::size_t position;
  TensorPtr tensor;
};

void TakeAddresses(const std::vector<Place>& places) {
  for (const Place& place : places)
    support::Check(aclSetRawTensorAddr(place.tensor->handle(), nullptr), "aclSetRawTensorAddr");
}

void GiveAddresses(aclOpExecutor* executor, const std::vector<Place>& places) {
  for (const auto& [position, tensor] : places) {
    support::Check(aclSetTensorAddr(executor, position, tensor->handle(), tensor->data()),
                   "aclSetTensorAddr");
  }
}

std::vector<Place> PlacesOf(const support::DispatchTensors& t) {
  return {{0, t.x},
          {1, t.expert_ids},
          {2, t.scales},
          {3, t.mask},
          {4, t.expert_scales},
          {7, t.expand_x},
          {8, t.dynamic_scales},
          {9, t.assist_info},
          {10, t.expert_token_nums},
          {11, t.ep_recv_counts},
          {12, t.tp_recv_counts},
          {13, t.expand_scales}};
}

std::vector<Place> PlacesOf(const support::CombineTensors& t) {
  return {{0, t.expand_x},         {1, t.expert_ids},     {2, t.assist_info}, {3, t.ep_send_counts},
          {4, t.expert_scales},    {5, t.tp_send_counts}, {6, t.mask},        {10, t.expand_scales},
          {11, t.shared_expert_x}, {17, t.x_out}};
}

TEST(NullAddresses, OfDispatchAreGivenBetweenThePhases) {
  const support::World world(2, 2);
  const auto sent = Tokens(kQuantised);
  std::vector<support::DispatchTensors> tensors;
  for (std::size_t w = 0; w < 4; ++w) {
    world.Use(w);
    tensors.push_back(support::MakeDispatch(kQuantised, world.rank(w).ep_rank, sent[w],
                                            {.gives_expert_scales = true}));
  }
  const auto first = [&](std::size_t w, std::uint64_t* bytes, aclOpExecutor** executor) {
    const support::Rank& rank = world.rank(w);
    const support::DispatchTensors& t = tensors[w];
    TakeAddresses(PlacesOf(t));
    const aclnnStatus status = aclnnMoeDistributeDispatchV2GetWorkspaceSize(
        t.x->handle(), t.expert_ids->handle(), t.scales->handle(), t.mask->handle(),
        t.expert_scales->handle(), rank.ep_name.c_str(), 2, rank.ep_rank, 2, rank.tp_name.c_str(),
        2, rank.tp_rank, 0, 0, 0, 2, 4, 1, nullptr, t.expand_x->handle(),
        t.dynamic_scales->handle(), t.assist_info->handle(), t.expert_token_nums->handle(),
        t.ep_recv_counts->handle(), t.tp_recv_counts->handle(), t.expand_scales->handle(), bytes,
        executor);
    if (status == 0) GiveAddresses(*executor, PlacesOf(t));
    return status;
  };
  ASSERT_TRUE(support::AllOk(world.Run(first, aclnnMoeDistributeDispatchV2)));
  const auto expected = reference::Dispatch(kQuantised, sent);
  for (std::size_t w = 0; w < 4; ++w)
    EXPECT_TRUE(support::HoldsDispatch(tensors[w], expected[w])) << "world rank " << w;
}

TEST(NullAddresses, OfCombineAreGivenBetweenThePhases) {
  const support::World world(2, 2);
  const auto returned = Returned(Plain());
  std::vector<support::CombineTensors> tensors;
  for (std::size_t w = 0; w < 4; ++w) {
    world.Use(w);
    tensors.push_back(support::MakeCombine(Plain(), world.rank(w).ep_rank, world.rank(w).tp_rank,
                                           returned[w], {.gives_expand_scales = true}));
  }
  const auto first = [&](std::size_t w, std::uint64_t* bytes, aclOpExecutor** executor) {
    const support::Rank& rank = world.rank(w);
    const support::CombineTensors& t = tensors[w];
    TakeAddresses(PlacesOf(t));
    const aclnnStatus status = aclnnMoeDistributeCombineV2GetWorkspaceSize(
        t.expand_x->handle(), t.expert_ids->handle(), t.assist_info->handle(),
        t.ep_send_counts->handle(), t.expert_scales->handle(), t.tp_send_counts->handle(),
        t.mask->handle(), nullptr, nullptr, nullptr, t.expand_scales->handle(),
        t.shared_expert_x->handle(), rank.ep_name.c_str(), 2, rank.ep_rank, 2, rank.tp_name.c_str(),
        2, rank.tp_rank, 0, 0, 0, 4, 0, 0, 0, nullptr, t.x_out->handle(), bytes, executor);
    if (status == 0) GiveAddresses(*executor, PlacesOf(t));
    return status;
  };
  ASSERT_TRUE(support::AllOk(world.Run(first, aclnnMoeDistributeCombineV2)));
  const auto expected = reference::Combine(Plain(), returned);
  for (std::size_t w = 0; w < 4; ++w)
    EXPECT_TRUE(support::HoldsCombine(tensors[w], expected[w])) << "world rank " << w;
}

}  // namespace
}  // namespace ferry::conformance
