#include "wrong_calls_bench.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>

#include "base/env.h"
#include "moe/reference.h"
#include "support/device_tensor.h"
#include "support/moe_calls.h"

namespace ferry::conformance {
namespace {

using support::Check;

constexpr std::int32_t kWideRanks = 768;

// Before the library reads it, whoever starts this program.
[[maybe_unused]] const int kDevices = setenv("FERRY_DEVICE_COUNT", "768", 1);

// Tokens whose elements tell rank and position apart, ids that differ from rank to rank.
std::vector<reference::DispatchRank> TokensOf(const moe::MoeConfig& config) {
  std::vector<reference::DispatchRank> world(
      static_cast<std::size_t>(config.ep_size * config.tp_size));
  for (std::size_t w = 0; w < world.size(); ++w) {
    world[w].num_tokens = config.max_batch();
    for (std::int64_t i = 0; i < config.max_batch() * config.hidden; ++i)
      world[w].x.push_back(static_cast<std::uint16_t>(0x3F80 + (i * 7 + static_cast<int>(w)) % 97));
    for (std::int64_t t = 0; t < config.max_batch(); ++t) {
      for (std::int32_t k = 0; k < config.top_k; ++k) {
        const std::int64_t shift = static_cast<std::int64_t>(w) + 3 * t + k;
        world[w].expert_ids.push_back(static_cast<std::int32_t>(shift % config.num_experts));
      }
    }
  }
  return world;
}

std::vector<reference::CombineRank> ReturnedRows(
    const moe::MoeConfig& config, const std::vector<reference::DispatchRank>& sent,
    const std::vector<reference::DispatchResult>& received) {
  std::vector<reference::CombineRank> world(sent.size());
  for (std::size_t w = 0; w < sent.size(); ++w) {
    world[w].num_tokens = sent[w].num_tokens;
    world[w].own_rows = received[w].own_rows;
    world[w].peer_rows = received[w].peer_rows;
    world[w].expand_x = received[w].expand_x;
    world[w].assist_info = received[w].assist_info;
    world[w].expert_ids = sent[w].expert_ids;
    world[w].expert_scales.assign(static_cast<std::size_t>(sent[w].num_tokens * config.top_k),
                                  0.75f);
  }
  return world;
}

void ExpectRoundTrip(const support::World& world, const moe::MoeConfig& config) {
  const auto sent = TokensOf(config);
  const auto received = reference::Dispatch(config, sent);
  std::vector<support::DispatchTensors> dispatch;
  for (std::size_t w = 0; w < world.size(); ++w)
    dispatch.push_back(support::MakeDispatch(config, world.rank(w).ep_rank, sent[w]));
  ASSERT_TRUE(support::AllOk(support::Dispatch(world, config, dispatch)));

  const auto returned = ReturnedRows(config, sent, received);
  const auto sums = reference::Combine(config, returned);
  std::vector<support::CombineTensors> combine;
  for (std::size_t w = 0; w < world.size(); ++w) {
    // FERRY_STRICT=1 fills the rows that nobody sent, which this comparison wants untouched.
    if (!env::Strict()) {
      EXPECT_TRUE(support::HoldsDispatch(dispatch[w], received[w])) << "world rank " << w;
    }
    combine.push_back(support::MakeCombineAfter(config, dispatch[w], returned[w]));
  }
  ASSERT_TRUE(support::AllOk(support::Combine(world, config, combine)));
  for (std::size_t w = 0; w < world.size() && !env::Strict(); ++w)
    EXPECT_TRUE(support::HoldsCombine(combine[w], sums[w])) << "world rank " << w;
}

}  // namespace

Bench::Bench() : plain_(2), tp_(2, 2), shared_(6), wide_(kWideRanks) {
  std::vector<std::int32_t> devices(kWideRanks);
  std::iota(devices.begin(), devices.end(), 0);
  Check(HcclCommInitAll(kWideRanks, devices.data(), wide_.data()), "HcclCommInitAll");
  char name[COMM_NAME_MAX_LENGTH] = {};
  Check(HcclGetCommName(wide_[0], name), "HcclGetCommName");
  wide_name_ = name;
}

Bench::~Bench() {
  for (HcclComm comm : wide_) EXPECT_EQ(HcclCommDestroy(comm), HCCL_SUCCESS);
}

void Bench::Describe(Variant variant, MoeArgs& args) const {
  switch (variant) {
    case Variant::kPlain:
      args.group_ep = plain_.rank(0).ep_name;
      return;
    case Variant::kTp:
      args.group_ep = tp_.rank(0).ep_name;
      args.group_tp = tp_.rank(0).tp_name;
      args.tp_world_size = 2;
      args.moe_expert_num = 2;
      return;
    case Variant::kShared:
      args.group_ep = shared_.rank(0).ep_name;
      args.ep_world_size = 6;
      args.shared_expert_num = 1;
      args.shared_expert_rank_num = 2;
      args.moe_expert_num = 8;
      return;
    case Variant::kWide:
      args.group_ep = wide_name_;
      args.ep_world_size = kWideRanks;
      args.moe_expert_num = kWideRanks;
      args.tokens = 1;
      args.top_k = 1;
      return;
  }
}

void Bench::ExpectGroupWorks(Variant variant) const {
  moe::MoeConfig config = {
      .ep_size = 2, .num_experts = 4, .top_k = 2, .hidden = 1024, .global_batch = 4};
  switch (variant) {
    case Variant::kPlain:
      ExpectRoundTrip(plain_, config);
      return;
    case Variant::kTp:
      config.tp_size = 2;
      config.num_experts = 2;
      ExpectRoundTrip(tp_, config);
      return;
    case Variant::kShared:
      config.ep_size = 6;
      config.num_experts = 8;
      config.num_shared_experts = 1;
      config.num_shared_ranks = 2;
      config.global_batch = 12;
      ExpectRoundTrip(shared_, config);
      return;
    case Variant::kWide:
      ExpectWideBarrier();
      return;
  }
}

void Bench::ExpectWideBarrier() const {
  for (std::int32_t device = 0; device < kWideRanks; ++device) {
    Check(aclrtSetDevice(device), "aclrtSetDevice");
    ASSERT_EQ(HcclBarrier(wide_[static_cast<std::size_t>(device)], nullptr), HCCL_SUCCESS);
  }
  for (std::int32_t device = 0; device < kWideRanks; ++device) {
    Check(aclrtSetDevice(device), "aclrtSetDevice");
    EXPECT_EQ(aclrtSynchronizeStream(nullptr), ACL_SUCCESS) << "rank " << device;
    Check(aclrtResetDevice(device), "aclrtResetDevice");
    Check(aclrtResetDevice(device), "aclrtResetDevice");
  }
}

}  // namespace ferry::conformance
