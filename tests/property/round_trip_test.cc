// Dispatch, the experts' work and combine over the legal domain of product A3: every output of
// every rank equals the oracle's, bit for bit, and nothing else is written.
//
// FERRY_PROPERTY_CASES cases (default: set where the test is built) from FERRY_PROPERTY_SEED
// (default 1) on, on the instruction set that FERRY_ISA names.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "ferry/ferry.h"
#include "random_case.h"
#include "support/moe_calls.h"
#include "support/world.h"

namespace ferry::support {
namespace {

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::strtoull(value, nullptr, 10) : otherwise;
}

template <class Options>
std::vector<DispatchTensors> MakeDispatches(const RandomCase& test, const Options& options_of) {
  std::vector<DispatchTensors> ranks;
  for (std::size_t w = 0; w < test.world_size(); ++w) {
    ranks.push_back(MakeDispatch(test.config, test.ep_rank(w), test.senders[w], options_of(w)));
  }
  return ranks;
}

void ExpectDispatched(const RandomCase& test, std::vector<DispatchTensors>& ranks) {
  for (std::size_t w = 0; w < ranks.size(); ++w) {
    EXPECT_TRUE(HoldsDispatch(ranks[w], test.dispatched[w])) << "dispatch, world rank " << w;
  }
}

void ExpectCombined(const RandomCase& test, std::vector<CombineTensors>& ranks) {
  for (std::size_t w = 0; w < ranks.size(); ++w) {
    EXPECT_TRUE(HoldsCombine(ranks[w], test.combined[w])) << "combine, world rank " << w;
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
  auto ranks = MakeDispatches(test, [&](std::size_t w) { return WithLeastRoom(test, w); });
  const std::vector<Outcome> outcomes = Dispatch(world, test.config, ranks);
  for (std::size_t w = 0; w < ranks.size(); ++w) {
    EXPECT_EQ(outcomes[w].launch, 0) << outcomes[w].message;
    EXPECT_EQ(outcomes[w].finish, ACL_ERROR_RT_AICORE_EXCEPTION) << "world rank " << w;
    EXPECT_TRUE(NamesAnOverflow(test, outcomes[w].message)) << outcomes[w].message;
    EXPECT_TRUE(StayedInside(ranks[w])) << "failed dispatch, world rank " << w;
  }
}

std::vector<DispatchTensors> ExpectDispatch(const World& world, const RandomCase& test) {
  auto ranks = MakeDispatches(test, [&](std::size_t w) { return test.dispatch[w]; });
  const auto judge_and_repaint = [&] {
    ExpectDispatched(test, ranks);
    for (const DispatchTensors& rank : ranks) {
      for (const TensorPtr& output : rank.outputs()) output->Repaint();
    }
  };
  EXPECT_TRUE(AllOk(Dispatch(world, test.config, ranks,
                             test.repeats_dispatch ? judge_and_repaint : std::function<void()>())));
  ExpectDispatched(test, ranks);
  return ranks;
}

void ExpectCombine(const World& world, const RandomCase& test,
                   const std::vector<DispatchTensors>& dispatched) {
  std::vector<CombineTensors> ranks;
  for (std::size_t w = 0; w < test.world_size(); ++w) {
    const reference::CombineRank& owner = test.owners[w];
    ranks.push_back(
        test.copies_tensors
            ? MakeCombine(test.config, test.ep_rank(w), test.tp_rank(w), owner, test.combine[w])
            : MakeCombineAfter(test.config, dispatched[w], owner, test.combine[w]));
  }
  const auto judge_and_repaint = [&] {
    ExpectCombined(test, ranks);
    for (const CombineTensors& rank : ranks) rank.x_out->Repaint();
  };
  EXPECT_TRUE(AllOk(Combine(world, test.config, ranks,
                            test.repeats_combine ? judge_and_repaint : std::function<void()>())));
  ExpectCombined(test, ranks);
}

void ExpectTheOraclesResults(const RandomCase& test) {
  const World world(test.config.ep_size, test.config.tp_size);
  if (test.overflows) ExpectOverflow(world, test);
  if (testing::Test::HasFailure()) return;
  const std::vector<DispatchTensors> dispatched = ExpectDispatch(world, test);
  if (testing::Test::HasFailure()) return;
  ExpectCombine(world, test, dispatched);
}

// True if FERRY_ISA names what this processor lacks.
bool LacksTheWantedInstructionSet() {
  const char* wanted = std::getenv("FERRY_ISA");
  return wanted != nullptr && std::string(wanted) != ferry_instruction_set();
}

TEST(RoundTrip, EqualsTheOracleBitForBitOnRandomConfigurations) {
  if (LacksTheWantedInstructionSet()) {
    GTEST_SKIP() << "this processor offers " << ferry_instruction_sets() << " and not "
                 << std::getenv("FERRY_ISA");
  }
  const std::uint64_t first = FromEnvironment("FERRY_PROPERTY_SEED", 1);
  const std::uint64_t cases = FromEnvironment("FERRY_PROPERTY_CASES", FERRY_DEFAULT_CASES);
  setenv("HCCL_BUFFSIZE", "1000000", 1);  // room for every case; the check of it has its own tests
  std::uint64_t equal = 0;
  for (std::uint64_t seed = first; seed < first + cases; ++seed) {
    const RandomCase test = MakeRandomCase(seed);
    SCOPED_TRACE(test.Describe());
    // What a crash or a time limit leaves behind.
    std::printf("%llu ", static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    ExpectTheOraclesResults(test);
    if (HasFailure()) return;
    ++equal;
  }
  EXPECT_EQ(equal, cases);
  std::printf("\n%llu random configurations from seed %llu on, every output bit-equal on %s\n",
              static_cast<unsigned long long>(equal), static_cast<unsigned long long>(first),
              ferry_instruction_set());
}

}  // namespace
}  // namespace ferry::support
