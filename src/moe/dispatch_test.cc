#include "moe/dispatch.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.h"
#include "moe/reference.h"
#include "moe/reference_vectors.h"
#include "support/moe_tensors.h"

namespace ferry::moe {
namespace {

using reference::DispatchVector;
using testing::DispatchTensors;
using testing::LocalWorld;
using Texts = std::vector<std::string>;

std::vector<DispatchTensors> Tensors(const DispatchVector& vector, std::int64_t extra_rows = 0) {
  std::vector<DispatchTensors> ranks;
  for (std::size_t w = 0; w < vector.world.size(); ++w) {
    const std::int32_t ep_rank = static_cast<std::int32_t>(w) / vector.config.tp_size;
    ranks.emplace_back(vector.config, ep_rank, vector.world[w],
                       testing::Capacity(vector.config, ep_rank) + extra_rows);
  }
  return ranks;
}

Texts AllSay(const std::string& text, std::size_t ranks) {
  return Texts(ranks, text);
}

class DispatchReproduces : public ::testing::TestWithParam<std::string> {};

TEST_P(DispatchReproduces, TheVectorOfTheSpecification) {
  const DispatchVector vector = reference::DispatchVectorNamed(GetParam());
  LocalWorld world(vector.config.ep_size, vector.config.tp_size);
  for (const CountsType type : {CountsType::kPrefixSums, CountsType::kCounts}) {
    std::vector<DispatchTensors> ranks = Tensors(vector, 2);
    for (DispatchTensors& rank : ranks) rank.counts_type = type;
    EXPECT_EQ(RunDispatch(world, ranks), AllSay("", ranks.size()));
    for (std::size_t w = 0; w < ranks.size(); ++w) {
      EXPECT_EQ(ranks[w].Judge(vector.expected[w]), "") << "world rank " << w;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Spec, DispatchReproduces,
                         ::testing::ValuesIn(reference::DispatchVectorNames()),
                         [](const auto& test) { return test.param; });

TEST(Dispatch, OverflowFailsEveryRankWithRowsNeededAndAvailable) {
  const DispatchVector vector = reference::DispatchVectorNamed("Section13_4");
  LocalWorld world(2, 1);
  std::vector<DispatchTensors> ranks = Tensors(vector);  // 4 rows, 6 come to rank 1
  EXPECT_EQ(RunDispatch(world, ranks), AllSay("rank 1: 6 rows needed, expandX has 4 rows available "
                                              "(a token of rank 0 names an expert twice)",
                                              2));
  EXPECT_EQ(ranks[1].expand_x.Difference("expandX"), "");

  ranks = Tensors(vector, 2);
  ranks[1].assist_info_size = 17;
  EXPECT_EQ(RunDispatch(world, ranks),
            AllSay("rank 1: 6 rows needed, assistInfoForCombine has 5 rows available "
                   "(17 elements) (a token of rank 0 names an expert twice)",
                   2));
}

TEST(Dispatch, RowsBeyondDynamicScalesFailEveryRank) {
  DispatchVector vector = reference::DispatchVectorNamed("Section13_4");
  vector.config.quantization = Quantization::kPerToken;
  LocalWorld world(2, 1);
  std::vector<DispatchTensors> ranks = Tensors(vector, 2);
  ranks[1].dynamic_scales_size = 5;  // 6 rows come to rank 1
  EXPECT_EQ(RunDispatch(world, ranks),
            AllSay("rank 1: 6 rows needed, dynamicScales has 5 elements available "
                   "(a token of rank 0 names an expert twice)",
                   2));
  EXPECT_EQ(ranks[1].quantized.Difference("expandX"), "");
  EXPECT_EQ(ranks[1].dynamic_scales.Difference("dynamicScales"), "");
}

TEST(Dispatch, TpRowsBeyondDynamicScalesFailEveryRank) {
  DispatchVector vector = reference::DispatchVectorNamed("Section13_5");
  vector.config.quantization = Quantization::kPerToken;
  LocalWorld world(2, 2);
  std::vector<DispatchTensors> ranks = Tensors(vector);
  ranks[3].dynamic_scales_size = 3;  // EP rank 1, TP rank 1: 3 own rows, 1 of its peer
  EXPECT_EQ(RunDispatch(world, ranks), AllSay("rank 1 with tpRankId 1: 4 rows needed (3 + 1), "
                                              "dynamicScales has 3 elements available",
                                              4));
}

// Scales are each rank's own: one may have them and another not.
TEST(Dispatch, WhetherScalesAreGivenNeedNotAgree) {
  DispatchVector vector = reference::DispatchVectorNamed("Section12");
  vector.config.quantization = Quantization::kPerToken;
  for (int i = 0; i < 7 * 1024; ++i) {
    vector.world[2].smooth_scales.push_back(0.5F + static_cast<float>(i % 11));
  }
  const auto expected = reference::Dispatch(vector.config, vector.world);
  LocalWorld world(4, 1);
  std::vector<DispatchTensors> ranks = Tensors(vector);
  EXPECT_EQ(RunDispatch(world, ranks), AllSay("", 4));
  for (std::size_t w = 0; w < ranks.size(); ++w) EXPECT_EQ(ranks[w].Judge(expected[w]), "");
}

TEST(Dispatch, WorksAfterAFailedCall) {
  const DispatchVector vector = reference::DispatchVectorNamed("Section12");
  LocalWorld world(4, 1);
  std::vector<DispatchTensors> ranks = Tensors(vector);
  ranks[2].expert_ids.Set(1, 0, 6);
  EXPECT_EQ(RunDispatch(world, ranks), AllSay("rank 2 token 1 k 0: expert id 6 outside [0, 6)", 4));

  ranks = Tensors(vector);
  EXPECT_EQ(RunDispatch(world, ranks), AllSay("", 4));
  for (std::size_t w = 0; w < ranks.size(); ++w) EXPECT_EQ(ranks[w].Judge(vector.expected[w]), "");
}

TEST(Dispatch, TheLowestRankWithABadIdIsNamed) {
  std::vector<DispatchTensors> ranks = Tensors(reference::DispatchVectorNamed("Section12"));
  ranks[3].expert_ids.Set(0, 0, -5);
  ranks[1].expert_ids.Set(1, 1, 99);
  LocalWorld world(4, 1);
  EXPECT_EQ(RunDispatch(world, ranks),
            AllSay("rank 1 token 1 k 1: expert id 99 outside [0, 6)", 4));
}

TEST(Dispatch, ABadIdReachesTheTpPartners) {
  std::vector<DispatchTensors> ranks = Tensors(reference::DispatchVectorNamed("Section13_5"));
  ranks[2].expert_ids.Set(0, 0, 2);  // EP rank 1, TP rank 0
  LocalWorld world(2, 2);
  EXPECT_EQ(RunDispatch(world, ranks), AllSay("rank 1 token 0 k 0: expert id 2 outside [0, 2)", 4));
}

// Own rows fit, but own and peer's together do not: both ranks of the pair say the same.
TEST(Dispatch, TpOverflowNamesTheLowestTpRankThatOverflows) {
  const MoeConfig config{
      .ep_size = 2, .tp_size = 2, .num_experts = 2, .top_k = 2, .hidden = 4, .global_batch = 4};
  const std::vector<std::uint16_t> x(8);
  const reference::DispatchRank all_to_1{2, x, {1, 1, 1, 1}};
  std::vector<DispatchTensors> ranks;
  for (std::int32_t w = 0; w < 4; ++w) {
    ranks.emplace_back(config, w / 2, all_to_1, testing::Capacity(config, w / 2));
  }
  LocalWorld world(2, 2);
  EXPECT_EQ(RunDispatch(world, ranks),
            AllSay("rank 1 with tpRankId 0: 16 rows needed (8 + 8), expandX has 8 rows available "
                   "(a token of rank 0 with tpRankId 0 names an expert twice)",
                   4));
  EXPECT_EQ(ranks[0].expand_x.Difference("expandX"), "");
}

TEST(Dispatch, UnequalGlobalBatchesFailTheAgreement) {
  const DispatchVector vector = reference::DispatchVectorNamed("Section13_3");
  std::vector<DispatchTensors> ranks;
  for (std::int32_t rank = 0; rank < 2; ++rank) {
    const reference::DispatchRank& tokens = vector.world[static_cast<std::size_t>(rank)];
    MoeConfig config = vector.config;
    config.global_batch = 2 * tokens.num_tokens;
    ranks.emplace_back(config, rank, tokens, 12);
  }
  LocalWorld world(2, 1);
  EXPECT_EQ(RunDispatch(world, ranks),
            AllSay("parameter globalBs differs: rank 0 has 2, rank 1 has 6", 2));
}

TEST(Dispatch, CommitsWhatItWritesAndPassesOnAFailureToCommit) {
  const DispatchVector vector = reference::DispatchVectorNamed("Section12");
  LocalWorld world(4, 1);
  std::vector<DispatchTensors> ranks = Tensors(vector);
  const Rows rows = ranks[1].output().expand_x;
  world.set_commit_hook([&](std::int32_t rank, const void* begin, std::size_t bytes) {
    if (rank != 1 || begin != rows.data) return;
    Fail(Code::kRtMemoryAllocation, "{} bytes of expandX cannot be committed", bytes);
  });
  EXPECT_EQ(RunDispatch(world, ranks), AllSay("12288 bytes of expandX cannot be committed", 4));
  EXPECT_EQ(ranks[1].expand_x.Difference("expandX"), "");
}

TEST(Dispatch, ARowOfStrideZeroServesAllTokens) {
  const MoeConfig config{
      .ep_size = 2, .num_experts = 2, .top_k = 1, .hidden = 3, .global_batch = 4};
  const std::vector<std::uint16_t> row = {1, 2, 3};
  const reference::DispatchRank broadcast{2, {1, 2, 3, 1, 2, 3}, {0, 1}};
  const auto results = reference::Dispatch(config, {broadcast, broadcast});
  std::vector<DispatchTensors> ranks;
  for (std::int32_t rank = 0; rank < 2; ++rank) ranks.emplace_back(config, rank, broadcast, 4);
  LocalWorld world(2, 1);
  const Texts failures = world.Run([&](std::int32_t w, comm::Group& ep, comm::Group* tp) {
    DispatchTensors& rank = ranks[static_cast<std::size_t>(w)];
    DispatchInput input = rank.input();
    input.x = {reinterpret_cast<const std::byte*>(row.data()), config.x_type, 2, 3, 0, 2};
    Dispatch(input, rank.output(), {}, ep, tp);
  });
  EXPECT_EQ(failures, AllSay("", 2));
  for (std::size_t w = 0; w < 2; ++w) EXPECT_EQ(ranks[w].Judge(results[w]), "");
}

}  // namespace
}  // namespace ferry::moe
