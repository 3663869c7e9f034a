// FERRY_STRICT=1 and combines: other ids or another mask than the dispatch had are told, and a
// right combine never is.
#include <ferry/ferry.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "small_world.h"
#include "support/world.h"

namespace ferry::support {
namespace {

class StrictCombine : public ::testing::Test {
 protected:
  // The dispatch of these ids by the two ranks.
  [[nodiscard]] std::vector<DispatchTensors> Dispatched(const Ids& first, const Ids& second) const {
    auto tensors = Tensors(config_, {InputOf(config_, first), InputOf(config_, second)});
    EXPECT_TRUE(AllOk(Dispatch(world_, config_, tensors)));
    return tensors;
  }
  [[nodiscard]] std::vector<Outcome> Combined(const std::vector<CombineTensors>& tensors) const {
    return Combine(world_, config_, tensors);
  }

  const moe::MoeConfig config_ = SmallConfig();
  const World world_{2};
};

TEST_F(StrictCombine, PassesWithItsDispatchsIds) {
  const auto dispatched = Dispatched({0, 1, 0, 1}, {0, 1, 0, 1});
  EXPECT_TRUE(AllOk(Combined(CombinesAfter(config_, dispatched))));
}

TEST_F(StrictCombine, AndItsDispatchAreCountedInTheStatistics) {
  const auto dispatched = Dispatched({0, 1, 0, 1}, {0, 1, 0, 1});
  EXPECT_TRUE(AllOk(Combined(CombinesAfter(config_, dispatched))));
  ferry_comm_stats total = {};
  ASSERT_EQ(ferry_stats(world_.rank(0).ep, nullptr, 0, &total), 0);
  EXPECT_EQ(total.rows, 12U);  // eight for its experts, four of its tokens
}

TEST_F(StrictCombine, WithOtherIdsFailsOnEveryRank) {
  const auto dispatched = Dispatched({0, 1, 0, 1}, {0, 1, 0, 1});
  dispatched[1].expert_ids->Write<std::int32_t>({0, 1, 0, 2});
  ExpectAllFailed(Combined(CombinesAfter(config_, dispatched)),
                  "rank 1 token 1 k 1: expertIds has 2, and had 1 in the dispatch");
}

TEST_F(StrictCombine, WithANarrowerMaskFailsOnEveryRank) {
  const auto dispatched = Dispatched({0, 1, 0, 1}, {0, 1, 0, 1});
  auto combines = CombinesAfter(config_, dispatched);
  auto masked = Weights();
  masked.mask = {1, 1, 0, 1};
  combines[1] = MakeCombineAfter(config_, dispatched[1], masked);
  ExpectAllFailed(
      Combined(combines),
      "rank 1 token 1 k 0: xActiveMask has it masked off, and had it active in the dispatch");
}

TEST_F(StrictCombine, WithAWiderMaskFailsOnEveryRank) {
  auto inputs = Inputs(config_);
  inputs[0].mask = {1, 0};
  const auto dispatched = Tensors(config_, inputs);
  ASSERT_TRUE(AllOk(Dispatch(world_, config_, dispatched)));
  ExpectAllFailed(
      Combined(CombinesAfter(config_, dispatched)),
      "rank 0 token 1 k 0: xActiveMask has it active, and had it masked off in the dispatch");
}

TEST_F(StrictCombine, WithADuplicateIdFailsOnEveryRank) {
  const auto dispatched = Dispatched({0, 1, 0, 1}, {0, 1, 0, 1});
  dispatched[0].expert_ids->Write<std::int32_t>({0, 1, 3, 3});
  ExpectAllFailed(Combined(CombinesAfter(config_, dispatched)),
                  "rank 0 token 1: expertIds has expert 3 twice, at k 0 and k 1; the experts of a "
                  "token must differ");
}

// Rank 1 receives nothing of either, so what it was given does not tell them apart; rank 0's does.
TEST_F(StrictCombine, WithTheIdsOfAnotherBatchFailsThoughTheRowsOfItsRankAreTheSame) {
  const auto first = Dispatched({0, 1, 0, 1}, {0, 1, 0, 1});
  const auto second = Dispatched({0, 1, 0, 1}, {1, 0, 1, 0});
  EXPECT_TRUE(AllOk(Combined(CombinesAfter(config_, first))));
  EXPECT_TRUE(AllOk(Combined(CombinesAfter(config_, second))));
  auto swapped = CombinesAfter(config_, first);
  swapped[1].expert_ids = second[1].expert_ids;
  ExpectAllFailed(Combined(swapped),
                  "rank 1 token 0 k 0: expertIds has 1, and had 0 in the dispatch");
}

TEST_F(StrictCombine, PassesHoweverManyDispatchesCameBetween) {
  std::vector<std::vector<DispatchTensors>> batches;
  for (int i = 0; i < 70; ++i)
    batches.push_back(i % 2 == 0 ? Dispatched({0, 1, 0, 1}, {0, 1, 0, 1})
                                 : Dispatched({1, 0, 0, 1}, {1, 0, 1, 0}));
  for (const auto& batch : batches) EXPECT_TRUE(AllOk(Combined(CombinesAfter(config_, batch))));
}

TEST_F(StrictCombine, OfCopiesIsJudgedAsThoseOfTheTensorsThemselves) {
  const auto dispatched = Dispatched({0, 1, 0, 1}, {2, 1, 0, 3});
  const auto copies = [&](const Ids& ids_of_rank_1) {
    std::vector<CombineTensors> tensors;
    for (std::int32_t r = 0; r < 2; ++r) {
      const DispatchTensors& left = dispatched[static_cast<std::size_t>(r)];
      auto input = Weights();
      input.expert_ids = r == 0 ? Ids{0, 1, 0, 1} : ids_of_rank_1;
      CombineTensors copy = MakeCombine(config_, r, 0, input);
      for (const auto& [to, from] : {std::pair(copy.assist_info, left.assist_info),
                                     std::pair(copy.ep_send_counts, left.ep_recv_counts)}) {
        to->Write(from->Read<std::int32_t>(from->num_elements()));
      }
      tensors.push_back(std::move(copy));
    }
    return tensors;
  };
  EXPECT_TRUE(AllOk(Combined(copies({2, 1, 0, 3}))));
  ExpectAllFailed(Combined(copies({2, 1, 1, 3})),
                  "rank 1 token 1 k 0: expertIds has 1, and had 0 in the dispatch");
}

// Rows of this rank's tokens as a program may make them up itself: each token's experts 2 and 3 on
// rank 1. Rank 0 holds none, as after the dispatch before, whose tensors it gives again.
TEST_F(StrictCombine, WithTriplesOfItsOwnIsNotHeldAgainstADispatch) {
  const auto dispatched = Dispatched({2, 3, 2, 3}, {2, 3, 2, 3});
  auto combines = CombinesAfter(config_, dispatched);
  combines[0].expert_ids->Write<std::int32_t>({3, 2, 3, 2});
  const Ids triples = {0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1};
  combines[1].assist_info->Write(triples);
  EXPECT_TRUE(AllOk(Combined(combines)));
}

TEST_F(StrictCombine, WithoutADispatchPasses) {
  std::vector<CombineTensors> combines;
  for (std::int32_t r = 0; r < 2; ++r) {
    auto input = Weights();
    input.expert_ids = {0, 1, 1, 0};
    if (r == 0) {
      input.own_rows = 8;
      input.assist_info = {0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0};
      input.expand_x.assign(static_cast<std::size_t>(8 * config_.hidden), 0x3f80);
    }
    combines.push_back(MakeCombine(config_, r, 0, input));
  }
  EXPECT_TRUE(AllOk(Combined(combines)));
}

TEST_F(StrictCombine, OfARankWithoutActiveTokensPassesWithAnyNumberOfThem) {
  auto inputs = Inputs(config_);
  for (auto& input : inputs) input.mask = {0, 0};
  const auto dispatched = Tensors(config_, inputs);
  ASSERT_TRUE(AllOk(Dispatch(world_, config_, dispatched)));
  auto combines = CombinesAfter(config_, dispatched);
  for (std::size_t r = 0; r < 2; ++r) {
    auto input = Weights();
    input.num_tokens = 1;
    input.expert_scales = {0.5F, 0.5F};
    input.mask = {0};
    DispatchTensors other = dispatched[r];
    other.expert_ids = std::make_shared<DeviceTensor>(ACL_INT32, std::vector<std::int64_t>{1, 2});
    combines[r] = MakeCombineAfter(config_, other, input, {.call = {.global_bs = 0}});
  }
  EXPECT_TRUE(AllOk(Combined(combines)));
}

class StrictTp : public ::testing::Test {
 protected:
  // One expert a rank.
  static moe::MoeConfig Config() {
    auto config = SmallConfig();
    config.tp_size = 2;
    config.num_experts = 2;
    return config;
  }
  [[nodiscard]] std::vector<reference::DispatchRank> FourInputs() const {
    return std::vector<reference::DispatchRank>(4, InputOf(config_, {0, 1, 1, 0}));
  }

  const moe::MoeConfig config_ = Config();
  const World world_{2, 2};
};

TEST_F(StrictTp, PassesADispatchAndItsCombineAndPoisonsTheRowsBehind) {
  auto inputs = FourInputs();
  for (auto& input : inputs) input.mask = {1, 0};
  const auto dispatched = Tensors(config_, inputs);
  ASSERT_TRUE(AllOk(Dispatch(world_, config_, dispatched)));
  auto masked = Weights();
  masked.mask = {1, 0};
  EXPECT_TRUE(AllOk(Combine(world_, config_, CombinesAfter(config_, dispatched, masked))));
  // Two rows of each rank's own group and two of its TP peer's.
  const DeviceTensor& rows = *dispatched[0].expand_x;
  const auto values = rows.Read<std::uint16_t>(rows.num_elements());
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_EQ(values[i], i < static_cast<std::size_t>(4 * config_.hidden) ? 0x3f80 : 0xffff) << i;
}

TEST_F(StrictTp, FailsOnEveryRankOfBothGroupsForOtherIdsInACombine) {
  const auto dispatched = Tensors(config_, FourInputs());
  ASSERT_TRUE(AllOk(Dispatch(world_, config_, dispatched)));
  dispatched[3].expert_ids->Write<std::int32_t>({0, 1, 0, 1});  // EP rank 1, TP rank 1
  ExpectAllFailed(Combine(world_, config_, CombinesAfter(config_, dispatched)),
                  "rank 1 token 1 k 0: expertIds has 0, and had 1 in the dispatch");
}

TEST_F(StrictTp, FailsOnEveryRankOfBothGroupsForADuplicateId) {
  auto inputs = FourInputs();
  inputs[2].expert_ids = {0, 1, 1, 1};
  ExpectAllFailed(Dispatch(world_, config_, Tensors(config_, inputs)),
                  "rank 1 token 1: expertIds has expert 1 twice, at k 0 and k 1");
}

}  // namespace
}  // namespace ferry::support
