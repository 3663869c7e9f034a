#include "moe/routing.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"
#include "moe/published.h"

namespace ferry::moe {
namespace {

using Ints = std::vector<std::int32_t>;

MoeConfig Config(std::int32_t experts, std::int32_t top_k) {
  return {.ep_size = 2, .num_experts = experts, .top_k = top_k, .hidden = 4, .global_batch = 64};
}

struct Planned {
  RoutingPlan plan;
  Ints memory;

  [[nodiscard]] Ints Words() const { return {plan.words.begin(), plan.words.end()}; }
};

ActivePairs Active(const MoeConfig& config, std::int64_t tokens, const ActiveMask& mask = {}) {
  ActivePairs active;
  active.Read(mask, tokens, config.top_k);
  return active;
}

Planned Plan(const MoeConfig& config, const Ints& ids, const ActiveMask& mask = {}) {
  const auto tokens = static_cast<std::int64_t>(ids.size()) / config.top_k;
  const ActivePairs active = Active(config, tokens, mask);
  Planned planned;
  planned.memory.assign(PlanWords(config, tokens), -7);
  planned.plan = PlanRouting(
      config, {5, {ids.data(), tokens, config.top_k, config.top_k, 1}, active}, planned.memory);
  return planned;
}

TEST(Routing, SortsPairsByExpertThenTokenThenK) {
  const Planned planned = Plan(Config(4, 2), {3, 0, 1, 0, 2, 3});
  EXPECT_EQ(planned.plan.failure, "");
  EXPECT_EQ(planned.Words(), (Ints{0, 2, 3, 4, 6, 6, /*pairs*/ 1, 3, 2, 4, 0, 5}));
  EXPECT_FALSE(planned.plan.has_duplicates);
}

TEST(Routing, KeepsBothCopiesOfAnExpertNamedTwice) {
  const Planned planned = Plan(Config(2, 3), {1, 0, 1});
  EXPECT_EQ(planned.Words(), (Ints{0, 1, 3, 3, /*pairs*/ 1, 0, 2}));
  EXPECT_TRUE(planned.plan.has_duplicates);
}

TEST(Routing, TheSameExpertInTwoTokensIsNoDuplicate) {
  EXPECT_FALSE(Plan(Config(2, 2), {1, 0, 0, 1}).plan.has_duplicates);
}

TEST(Routing, NamesTheFirstBadIdByTokenThenK) {
  EXPECT_EQ(Plan(Config(7, 2), {0, 6, 1, 9, -1, 2}).plan.failure,
            "rank 5 token 1 k 1: expert id 9 outside [0, 7)");
  EXPECT_EQ(Plan(Config(7, 2), {0, -1}).plan.failure,
            "rank 5 token 0 k 1: expert id -1 outside [0, 7)");
  EXPECT_EQ(Plan(Config(7, 1), {7}).plan.failure, "rank 5 token 0 k 0: expert id 7 outside [0, 7)");
}

TEST(Routing, HonoursStridesOfTheIds) {
  const Ints columns = {9, 1, 9, 0, 9, 1, 9, 0};  // transposed, every second element
  const MoeConfig config = Config(2, 2);
  Ints memory(PlanWords(config, 2));
  const ActivePairs active = Active(config, 2);
  const RoutingPlan plan =
      PlanRouting(config, {0, {columns.data() + 1, 2, 2, 2, 4}, active}, memory);
  // token 0: {1, 1}, token 1: {0, 0}
  EXPECT_EQ(plan.failure, "");
  EXPECT_EQ(Ints(plan.words.begin(), plan.words.end()), (Ints{0, 2, 4, 4, 2, 3, 0, 1}));
}

TEST(Routing, ChecksIdsThatNobodyRoutes) {
  const Ints ids = {0, 1, 2, 0};
  const ActivePairs active = Active(Config(3, 2), 2);
  EXPECT_EQ(CheckIds(Config(3, 2), {1, {ids.data(), 2, 2, 2, 1}, active}), "");
  EXPECT_EQ(CheckIds(Config(2, 2), {1, {ids.data(), 2, 2, 2, 1}, active}),
            "rank 1 token 1 k 0: expert id 2 outside [0, 2)");
}

MoeConfig ConfigWithSharedExpert() {
  MoeConfig config = Config(3, 2);
  config.num_shared_experts = 1;
  config.num_shared_ranks = 1;
  return config;
}

TEST(Routing, ListsTheTokensForSharedExpertsLast) {
  const Planned planned = Plan(ConfigWithSharedExpert(), {2, 0, 1, 2});
  EXPECT_EQ(planned.Words(), (Ints{0, 1, 2, 4, 6, /*pairs*/ 1, 2, 0, 3, /*tokens*/ 0, 1}));
}

TEST(Routing, LeavesOutInactivePairsAndNeverLooksAtTheirIds) {
  const std::vector<std::uint8_t> per_pair = {1, 0, 0, 0, 1, 1};
  const Planned pairs = Plan(ConfigWithSharedExpert(), {2, -1, 99, -1, 0, 2},
                             ActiveMask::PerPair({per_pair.data(), 3, 2, 2, 1}));
  EXPECT_EQ(pairs.plan.failure, "");
  EXPECT_EQ(pairs.Words(), (Ints{0, 1, 1, 3, 5, /*pairs*/ 4, 0, 5, /*tokens*/ 0, 2}));
  const std::vector<std::uint8_t> per_token = {0, 1, 0};
  const Planned tokens = Plan(ConfigWithSharedExpert(), {2, 1, 99, -1, 99, -1},
                              ActiveMask::PerToken({per_token.data(), 3, 1}));
  EXPECT_EQ(tokens.plan.failure, "");
  EXPECT_EQ(tokens.Words(), (Ints{0, 0, 1, 2, 3, /*pairs*/ 1, 0, /*tokens*/ 0}));
}

TEST(Routing, AnExpertNamedAgainBehindTheMaskIsNoDuplicate) {
  const std::vector<std::uint8_t> per_pair = {1, 1, 0};
  const Planned planned =
      Plan(Config(2, 3), {1, 0, 1}, ActiveMask::PerPair({per_pair.data(), 1, 3, 3, 1}));
  EXPECT_FALSE(planned.plan.has_duplicates);
}

TEST(Routing, NothingActiveIsAPlan) {
  const std::vector<std::uint8_t> per_token = {0, 0};
  const Planned planned =
      Plan(ConfigWithSharedExpert(), {9, 9, 9, 9}, ActiveMask::PerToken({per_token.data(), 2, 1}));
  EXPECT_EQ(planned.plan.failure, "");
  EXPECT_EQ(planned.Words(), (Ints{0, 0, 0, 0, 0}));
}

TEST(Routing, NamesTheFirstBadIdThatIsActive) {
  const std::vector<std::uint8_t> per_pair = {0, 1, 0, 1};
  EXPECT_EQ(Plan(Config(3, 2), {7, 0, 8, 9}, ActiveMask::PerPair({per_pair.data(), 2, 2, 2, 1}))
                .plan.failure,
            "rank 5 token 1 k 1: expert id 9 outside [0, 3)");
}

class PublishedPlan : public testing::Test {
 protected:
  PublishedPlan() {
    comm::Record record;
    const ConstRows rows{reinterpret_cast<const std::byte*>(x_.data()), config_.x_type, 2, 4, 8, 2};
    PublishPlan(planned_.plan, {RowForm::kPlain, rows, {}}, record);
    peer_ = {record.parts, record.values};
  }

  const MoeConfig config_ = Config(4, 2);
  const Planned planned_ = Plan(config_, {3, 0, 1, 0});
  const std::vector<std::uint16_t> x_ = std::vector<std::uint16_t>(8);
  comm::PeerRecord peer_;
};

TEST_F(PublishedPlan, IsReadBack) {
  const PeerPlan plan = OpenPlan(config_, 1, peer_);
  EXPECT_EQ(plan.num_tokens, 2);
  EXPECT_EQ(plan.tokens.rows.row(1), reinterpret_cast<const std::byte*>(x_.data() + 4));
  const auto pairs = plan.PairsOf(0);
  EXPECT_EQ(Ints(pairs.begin(), pairs.end()), (Ints{1, 3}));
  EXPECT_TRUE(plan.PairsOf(2).empty());
}

TEST_F(PublishedPlan, IsRefusedWhenTheIndexIsShort) {
  peer_.parts[kIndexPart].bytes = 4 * sizeof(std::int32_t);
  EXPECT_THROW((void)OpenPlan(config_, 1, peer_), Error);
}

TEST_F(PublishedPlan, IsRefusedWhenAListLeavesThePairs) {
  peer_.parts[kIndexPart].bytes -= sizeof(std::int32_t);
  const PeerPlan plan = OpenPlan(config_, 1, peer_);
  EXPECT_THROW((void)plan.PairsOf(3), Error);
}

TEST_F(PublishedPlan, IsRefusedWhenRowsLeaveTheirPart) {
  const std::array<std::pair<std::size_t, std::int64_t>, 7> damages{{{kNumRows, 3},
                                                                     {kNumRows, -1},
                                                                     {kNumRows, 1 << 20},
                                                                     {kRowsOrigin, 1},
                                                                     {kRowsOrigin, -1},
                                                                     {kRowStride, 9},
                                                                     {kColStride, INT64_MAX}}};
  for (const auto& [which, value] : damages) {
    comm::PeerRecord damaged = peer_;
    damaged.values[which] = value;
    EXPECT_THROW((void)OpenPlan(config_, 1, damaged), Error) << which << " = " << value;
  }
}

TEST_F(PublishedPlan, AllowsNegativeAndZeroStrides) {
  peer_.values[kRowStride] = -8;
  peer_.values[kRowsOrigin] = 8;
  EXPECT_EQ(OpenPlan(config_, 1, peer_).tokens.rows.row(1),
            reinterpret_cast<const std::byte*>(x_.data()));
  peer_.values[kRowStride] = 0;
  EXPECT_EQ(OpenPlan(config_, 1, peer_).tokens.rows.row(1),
            OpenPlan(config_, 1, peer_).tokens.rows.row(0));
}

}  // namespace
}  // namespace ferry::moe
