#include "moe/layout.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "base/error.h"

namespace ferry::moe {
namespace {

using Ints = std::vector<std::int32_t>;

// The plans of all sources, from their ids.
class Sources {
 public:
  Sources(const MoeConfig& config, const std::vector<Ints>& ids) {
    for (std::size_t q = 0; q < ids.size(); ++q) {
      const auto rank = static_cast<std::int32_t>(q);
      const auto tokens = static_cast<std::int64_t>(ids[q].size()) / config.top_k;
      memory_.emplace_back(PlanWords(config, tokens));
      ActivePairs active;
      active.Read({}, tokens, config.top_k);
      const RoutingPlan plan = PlanRouting(
          config, {rank, {ids[q].data(), tokens, config.top_k, config.top_k, 1}, active},
          memory_.back());
      const auto offsets = static_cast<std::size_t>(config.num_experts) + 2;
      plans_.push_back({rank,
                        tokens,
                        plan.has_duplicates,
                        plan.words.first(offsets),
                        plan.words.subspan(offsets),
                        {}});
    }
  }

  [[nodiscard]] const std::vector<PeerPlan>& plans() const { return plans_; }

 private:
  std::deque<Ints> memory_;
  std::vector<PeerPlan> plans_;
};

// Spec dispatch.md section 12.
const MoeConfig kExample{.ep_size = 4,
                         .num_experts = 6,
                         .num_shared_experts = 1,
                         .num_shared_ranks = 1,
                         .top_k = 2,
                         .hidden = 4,
                         .global_batch = 8};
const std::vector<Ints> kExampleIds = {{0, 3, 5, 1}, {2, 0, 0, 1}, {4, 5, 3, 2}, {1, 4, 2, 3}};

TEST(Layout, RunningTotalsDoNotRestartPerExpert) {
  const Sources sources(kExample, kExampleIds);
  RowLayout layout;
  LayOutRows(kExample, 1, sources.plans(), layout);
  EXPECT_EQ(layout.running_rows, (Ints{1, 3, 3, 3, 4, 5, 5, 6}));
  EXPECT_EQ(layout.expert_rows, (std::vector<std::int64_t>{3, 3}));
  EXPECT_EQ(layout.source_rows, (std::vector<std::int64_t>{2, 3, 0, 1}));
  EXPECT_EQ(layout.num_rows, 6);
}

TEST(Layout, SharedRankGetsEveryTokenOfTheRanksItServes) {
  const Sources sources(kExample, kExampleIds);
  RowLayout layout;
  LayOutRows(kExample, 0, sources.plans(), layout);
  EXPECT_EQ(layout.running_rows, (Ints{2, 4, 6, 8}));
  const auto tokens = layout.blocks[2].entries;
  EXPECT_EQ(Ints(tokens.begin(), tokens.end()), (Ints{0, 1}));
}

TEST(Layout, CopiesOfASharedExpertDivideTheSources) {
  const MoeConfig config{.ep_size = 8,
                         .num_experts = 5,
                         .num_shared_experts = 1,
                         .num_shared_ranks = 3,
                         .top_k = 1,
                         .hidden = 4,
                         .global_batch = 8};
  const Sources sources(config, {{0}, {1}, {2}, {3}, {4}, {0}, {1}, {2}});
  RowLayout layout;
  LayOutRows(config, 1, sources.plans(), layout);
  EXPECT_EQ(layout.running_rows, (Ints{0, 1, 1, 1, 2, 2, 2, 3}));
}

TEST(Layout, IsReusable) {
  const Sources sources(kExample, kExampleIds);
  RowLayout used;
  LayOutRows(kExample, 1, sources.plans(), used);
  LayOutRows(kExample, 3, sources.plans(), used);
  EXPECT_EQ(used.running_rows, (Ints{0, 0, 1, 2, 3, 3, 4, 4}));
  EXPECT_EQ(used.num_rows, 4);
}

std::string RoomFailure(const RowLayout& layout, const Sources& sources, const Room& room) {
  try {
    CheckRoom(1, layout, sources.plans(), room);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kRtAicoreException);
    return error.message();
  }
  return "";
}

TEST(Layout, OverflowNamesRankRowsNeededAndRowsAvailable) {
  const MoeConfig config{
      .ep_size = 2, .num_experts = 2, .top_k = 3, .hidden = 4, .global_batch = 4};
  const Sources sources(config, {{1, 0, 1, 0, 0, 1}, {1, 1, 1}});
  RowLayout layout;
  LayOutRows(config, 1, sources.plans(), layout);
  EXPECT_EQ(RoomFailure(layout, sources, {6, 18, {}}), "");
  EXPECT_EQ(RoomFailure(layout, sources, {5, 18, {}}),
            "rank 1: 6 rows needed, expandX has 5 rows available "
            "(a token of rank 0 names an expert twice)");
  EXPECT_EQ(RoomFailure(layout, sources, {6, 17, {}}),
            "rank 1: 6 rows needed, assistInfoForCombine has 5 rows available (17 elements) "
            "(a token of rank 0 names an expert twice)");
}

}  // namespace
}  // namespace ferry::moe
