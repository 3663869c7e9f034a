#include "round_trip.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "support/moe_calls.h"

namespace ferry::support {
namespace {

std::size_t WorldRank(const World& world, std::size_t i) {
  return static_cast<std::size_t>(world.rank(i).world_rank);
}

template <class Options>
std::vector<DispatchTensors> MakeDispatches(const World& world, const RandomCase& test,
                                            const Options& options_of) {
  std::vector<DispatchTensors> ranks;
  for (std::size_t i = 0; i < world.size(); ++i) {
    const std::size_t w = WorldRank(world, i);
    ranks.push_back(MakeDispatch(test.config, test.ep_rank(w), test.senders[w], options_of(w)));
  }
  return ranks;
}

void ExpectDispatched(const World& world, const RandomCase& test,
                      std::vector<DispatchTensors>& ranks) {
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const std::size_t w = WorldRank(world, i);
    EXPECT_TRUE(HoldsDispatch(ranks[i], test.dispatched[w])) << "dispatch, world rank " << w;
  }
}

void ExpectCombined(const World& world, const RandomCase& test,
                    std::vector<CombineTensors>& ranks) {
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const std::size_t w = WorldRank(world, i);
    EXPECT_TRUE(HoldsCombine(ranks[i], test.combined[w])) << "combine, world rank " << w;
  }
}

// Whether `message` names a rank that more rows come to than it has room for, and how many.
bool NamesAnOverflow(const RandomCase& test, const std::string& message) {
  for (std::size_t w = 0; w < test.world_size(); ++w) {
    const std::int64_t own = test.dispatched[w].own_rows;
    const std::int64_t all = own + test.dispatched[w].peer_rows;
    const std::int64_t room = WithLeastRoom(test, w).expand_x_rows;
    if (all <= room) continue;
    const std::string rank = fmt::format("rank {}", test.ep_rank(w));
    const auto names = [&](std::int64_t rows, const char* separator) {
      const std::string needed = fmt::format("{}{}{} rows needed", rank, separator, rows);
      return message.find(needed) != std::string::npos &&
             message.find(fmt::format("has {} rows available", room)) != std::string::npos;
    };
    const std::string with_tp = fmt::format(" with tpRankId {}: ", test.tp_rank(w));
    if (names(all, with_tp.c_str()) || names(own, ": ")) return true;
  }
  return false;
}

// Duplicate ids without room for their rows fail dispatch on every rank; nothing is written
// outside.
void ExpectOverflow(const World& world, const RandomCase& test) {
  auto ranks = MakeDispatches(world, test, [&](std::size_t w) { return WithLeastRoom(test, w); });
  const std::vector<Outcome> outcomes = Dispatch(world, test.config, ranks);
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const std::size_t w = WorldRank(world, i);
    EXPECT_EQ(outcomes[i].launch, 0) << outcomes[i].message;
    EXPECT_EQ(outcomes[i].finish, ACL_ERROR_RT_AICORE_EXCEPTION) << "world rank " << w;
    EXPECT_TRUE(NamesAnOverflow(test, outcomes[i].message)) << outcomes[i].message;
    EXPECT_TRUE(StayedInside(ranks[i])) << "failed dispatch, world rank " << w;
  }
}

std::vector<DispatchTensors> ExpectDispatch(const World& world, const RandomCase& test) {
  auto ranks = MakeDispatches(world, test, [&](std::size_t w) { return test.dispatch[w]; });
  const auto judge_and_repaint = [&] {
    ExpectDispatched(world, test, ranks);
    for (const DispatchTensors& rank : ranks) {
      for (const TensorPtr& output : rank.outputs()) output->Repaint();
    }
  };
  EXPECT_TRUE(AllOk(Dispatch(world, test.config, ranks,
                             test.repeats_dispatch ? judge_and_repaint : std::function<void()>())));
  ExpectDispatched(world, test, ranks);
  return ranks;
}

void ExpectCombine(const World& world, const RandomCase& test,
                   const std::vector<DispatchTensors>& dispatched) {
  std::vector<CombineTensors> ranks;
  for (std::size_t i = 0; i < world.size(); ++i) {
    const std::size_t w = WorldRank(world, i);
    const reference::CombineRank& owner = test.owners[w];
    ranks.push_back(
        test.copies_tensors
            ? MakeCombine(test.config, test.ep_rank(w), test.tp_rank(w), owner, test.combine[w])
            : MakeCombineAfter(test.config, dispatched[i], owner, test.combine[w]));
  }
  const auto judge_and_repaint = [&] {
    ExpectCombined(world, test, ranks);
    for (const CombineTensors& rank : ranks) rank.x_out->Repaint();
  };
  EXPECT_TRUE(AllOk(Combine(world, test.config, ranks,
                            test.repeats_combine ? judge_and_repaint : std::function<void()>())));
  ExpectCombined(world, test, ranks);
}

}  // namespace

void ExpectTheOraclesResults(const World& world, const RandomCase& test) {
  if (test.overflows) ExpectOverflow(world, test);
  if (testing::Test::HasFailure()) return;
  const std::vector<DispatchTensors> dispatched = ExpectDispatch(world, test);
  if (testing::Test::HasFailure()) return;
  ExpectCombine(world, test, dispatched);
}

}  // namespace ferry::support
