// What ferry_stats counts: the rows that the oracle says each rank reads from each peer.
#include <ferry/ferry.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "moe/reference.h"
#include "support/moe_calls.h"
#include "support/world.h"

namespace ferry::conformance {
namespace {

using moe::Quantization;

constexpr std::size_t kRanks = 4;
constexpr std::int64_t kHidden = 1024;
using Stats = std::array<ferry_peer_stats, kRanks>;

moe::MoeConfig Config(Quantization quantization) {
  return {.ep_size = kRanks,
          .num_experts = 8,
          .top_k = 2,
          .hidden = kHidden,
          .global_batch = 5 * kRanks,
          .quantization = quantization};
}

// Three tokens on rank 0, four on rank 1, ...: no two ranks send the same numbers.
std::vector<reference::DispatchRank> Tokens() {
  std::vector<reference::DispatchRank> ranks(kRanks);
  for (std::size_t w = 0; w < kRanks; ++w) {
    ranks[w].num_tokens = 2 + static_cast<std::int64_t>(w);
    for (std::int32_t t = 0; t < ranks[w].num_tokens; ++t) {
      const auto first = static_cast<std::int32_t>(t * t + static_cast<std::int32_t>(w)) % 8;
      ranks[w].expert_ids.insert(ranks[w].expert_ids.end(), {first, (first + 3) % 8});
      ranks[w].x.insert(ranks[w].x.end(), kHidden, 0x3f80);
    }
  }
  return ranks;
}

std::vector<support::DispatchTensors> Dispatch(const support::World& world,
                                               const moe::MoeConfig& config) {
  std::vector<support::DispatchTensors> ranks;
  const auto tokens = Tokens();
  for (std::size_t w = 0; w < kRanks; ++w)
    ranks.push_back(support::MakeDispatch(config, static_cast<std::int32_t>(w), tokens[w]));
  EXPECT_TRUE(support::AllOk(support::Dispatch(world, config, ranks)));
  return ranks;
}

void Combine(const support::World& world, const moe::MoeConfig& config,
             const std::vector<support::DispatchTensors>& dispatched) {
  std::vector<support::CombineTensors> ranks;
  const auto tokens = Tokens();
  for (std::size_t w = 0; w < kRanks; ++w) {
    const reference::CombineRank input{
        .num_tokens = tokens[w].num_tokens,
        .expert_scales = std::vector<float>(tokens[w].expert_ids.size(), 0.5F)};
    ranks.push_back(support::MakeCombineAfter(config, dispatched[w], input));
  }
  EXPECT_TRUE(support::AllOk(support::Combine(world, config, ranks)));
}

// Rows that come from `source` among those that a rank receives: triples that begin with it.
std::uint64_t RowsFrom(const reference::DispatchResult& received, std::size_t source) {
  std::uint64_t rows = 0;
  for (std::size_t i = 0; i < received.assist_info.size(); i += 3)
    if (received.assist_info[i] == static_cast<std::int32_t>(source)) ++rows;
  return rows;
}

Stats Read(HcclComm comm, ferry_comm_stats* total = nullptr) {
  Stats stats{};
  EXPECT_EQ(ferry_stats(comm, stats.data(), stats.size(), total), HCCL_SUCCESS);
  return stats;
}

TEST(Stats, CountTheRowsThatTheOracleSays) {
  const support::World world(kRanks);
  const moe::MoeConfig config = Config(Quantization::kNone);
  const auto received = reference::Dispatch(config, Tokens());
  Combine(world, config, Dispatch(world, config));
  for (std::size_t w = 0; w < kRanks; ++w) {
    ferry_comm_stats total{};
    const Stats stats = Read(world.rank(w).ep, &total);
    std::uint64_t sum = 0;
    for (std::size_t peer = 0; peer < kRanks; ++peer) {
      // Dispatch brings the peer's tokens, combine this rank's own ones back.
      const std::uint64_t rows = RowsFrom(received[w], peer) + RowsFrom(received[peer], w);
      EXPECT_EQ(stats[peer].rows, rows) << "rank " << w << " from " << peer;
      EXPECT_EQ(stats[peer].bytes, rows * kHidden * 2);
      sum += rows;
    }
    EXPECT_EQ(total.rows, sum);
    EXPECT_EQ(total.bytes, sum * kHidden * 2);
    EXPECT_EQ(total.staged_bytes, 0U) << "one process reads where the tensors lie";
  }
}

TEST(Stats, CountAQuantisedRowAndItsScale) {
  const support::World world(kRanks);
  const moe::MoeConfig config = Config(Quantization::kPerToken);
  const auto received = reference::Dispatch(config, Tokens());
  Dispatch(world, config);
  for (std::size_t w = 0; w < kRanks; ++w) {
    const Stats stats = Read(world.rank(w).ep);
    for (std::size_t peer = 0; peer < kRanks; ++peer) {
      EXPECT_EQ(stats[peer].rows, RowsFrom(received[w], peer));
      EXPECT_EQ(stats[peer].bytes, stats[peer].rows * (kHidden + 4));
    }
  }
}

TEST(Stats, OfATpPairAreItsOwn) {
  const support::World world(2, 2);
  moe::MoeConfig config = Config(Quantization::kNone);
  config.ep_size = 2;
  config.tp_size = 2;
  config.num_experts = 2;
  config.global_batch = 10;
  std::vector<reference::DispatchRank> tokens = Tokens();
  for (auto& rank : tokens)
    for (std::int32_t& id : rank.expert_ids) id %= 2;
  config.top_k = 1;
  for (auto& rank : tokens) rank.expert_ids.resize(static_cast<std::size_t>(rank.num_tokens));
  const auto received = reference::Dispatch(config, tokens);
  std::vector<support::DispatchTensors> ranks;
  for (std::size_t w = 0; w < kRanks; ++w)
    ranks.push_back(support::MakeDispatch(config, world.rank(w).ep_rank, tokens[w]));
  ASSERT_TRUE(support::AllOk(support::Dispatch(world, config, ranks)));
  for (std::size_t w = 0; w < kRanks; ++w) {
    std::array<ferry_peer_stats, 2> pair{};
    ASSERT_EQ(ferry_stats(world.rank(w).tp, pair.data(), 2, nullptr), HCCL_SUCCESS);
    const auto peer = static_cast<std::size_t>(1 - world.rank(w).tp_rank);
    EXPECT_EQ(pair[peer].rows, static_cast<std::uint64_t>(received[w].peer_rows));
    EXPECT_EQ(pair[1 - peer].rows, 0U);
  }
}

TEST(Stats, RefuseWhatCannotBe) {
  const support::World world(kRanks);
  HcclComm comm = world.rank(0).ep;
  Stats stats{};
  EXPECT_EQ(ferry_stats(nullptr, stats.data(), kRanks, nullptr), HCCL_E_PTR);
  EXPECT_EQ(ferry_stats(&stats, stats.data(), kRanks, nullptr), HCCL_E_NOT_FOUND);
  EXPECT_EQ(ferry_stats(comm, stats.data(), kRanks - 1, nullptr), HCCL_E_PARA);
  EXPECT_NE(std::string(aclGetRecentErrMsg()).find("count is 3; must be at least 4"),
            std::string::npos);
  ferry_comm_stats total{};
  EXPECT_EQ(ferry_stats(comm, nullptr, 0, &total), HCCL_SUCCESS);
  EXPECT_EQ(ferry_stats(comm, nullptr, 0, nullptr), HCCL_SUCCESS);
  EXPECT_EQ(total.rows, 0U);
}

TEST(Stats, MayBeReadWhileCallsRun) {
  const support::World world(kRanks);
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    std::uint64_t last = 0;
    while (!stop) {
      ferry_comm_stats total{};
      Read(world.rank(1).ep, &total);
      EXPECT_GE(total.rows, last);
      last = total.rows;
    }
  });
  const moe::MoeConfig config = Config(Quantization::kNone);
  for (int i = 0; i < 5; ++i) Combine(world, config, Dispatch(world, config));
  stop = true;
  reader.join();
  const auto received = reference::Dispatch(config, Tokens());
  ferry_comm_stats total{};
  Read(world.rank(1).ep, &total);
  EXPECT_EQ(total.rows, 5 * (received[1].assist_info.size() / 3 + Tokens()[1].expert_ids.size()));
}

}  // namespace
}  // namespace ferry::conformance
