// Dispatch, the experts' work and combine over the legal domain of product A3: every output of
// every rank equals the oracle's, bit for bit, and nothing else is written.
//
// FERRY_PROPERTY_CASES cases (default: set where the test is built) from FERRY_PROPERTY_SEED
// (default 1) on.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "moe/reference.h"
#include "random_case.h"
#include "support/moe_calls.h"
#include "support/world.h"

namespace ferry::support {
namespace {

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::strtoull(value, nullptr, 10) : otherwise;
}

std::vector<DispatchTensors> MakeDispatches(
    const RandomCase& test, const std::vector<reference::DispatchResult>& expected) {
  std::vector<DispatchTensors> ranks;
  for (std::size_t w = 0; w < test.senders.size(); ++w) {
    const std::int32_t ep_rank = static_cast<std::int32_t>(w) / test.config.tp_size;
    DispatchOptions options = test.dispatch;
    const std::int64_t rows = expected[w].own_rows + expected[w].peer_rows;
    const std::int64_t capacity = Capacity(test.config, ep_rank);
    // Room for what duplicate ids bring beyond A; a row more, to see that it stays untouched.
    options.expand_x_rows = std::max(rows, capacity * test.config.tp_size) + 1;
    options.assist_words = std::max<std::int64_t>(3 * rows, 128 * capacity);
    options.expand_x.watched = -1;
    ranks.push_back(MakeDispatch(test.config, ep_rank, test.senders[w], options));
  }
  return ranks;
}

// The oracle's combine inputs: its own dispatch results after the experts' work.
std::vector<reference::CombineRank> WorkExperts(
    const RandomCase& test, const std::vector<reference::DispatchResult>& dispatched) {
  std::vector<reference::CombineRank> owners = test.owners;
  for (std::size_t w = 0; w < owners.size(); ++w) {
    owners[w].own_rows = dispatched[w].own_rows;
    owners[w].peer_rows = dispatched[w].peer_rows;
    owners[w].expand_x = dispatched[w].expand_x;
    owners[w].assist_info = dispatched[w].assist_info;
    owners[w].expert_ids = test.senders[w].expert_ids;
    if (!test.experts_work) continue;
    for (std::size_t i = 0; i < owners[w].expand_x.size(); ++i) {
      owners[w].expand_x[i] ^= ExpertMask(w, i);
    }
  }
  return owners;
}

// False, with failures recorded, if anything differs.
bool RoundTripEqualsTheOracle(const RandomCase& test) {
  const auto dispatched = reference::Dispatch(test.config, test.senders);
  const auto owners = WorkExperts(test, dispatched);
  const auto combined = reference::Combine(test.config, owners);

  const World world(test.config.ep_size, test.config.tp_size);
  auto dispatches = MakeDispatches(test, dispatched);
  EXPECT_TRUE(AllOk(Dispatch(world, test.config, dispatches)));
  for (std::size_t w = 0; w < dispatches.size(); ++w) {
    EXPECT_TRUE(HoldsDispatch(dispatches[w], dispatched[w])) << "dispatch, world rank " << w;
  }
  if (testing::Test::HasFailure()) return false;

  std::vector<CombineTensors> combines;
  for (std::size_t w = 0; w < dispatches.size(); ++w) {
    combines.push_back(MakeCombineAfter(test.config, dispatches[w], owners[w], test.combine));
  }
  EXPECT_TRUE(AllOk(Combine(world, test.config, combines)));
  for (std::size_t w = 0; w < combines.size(); ++w) {
    EXPECT_TRUE(HoldsCombine(combines[w], combined[w])) << "combine, world rank " << w;
  }
  return !testing::Test::HasFailure();
}

TEST(RoundTrip, EqualsTheOracleBitForBitOnRandomConfigurations) {
  const std::uint64_t first = FromEnvironment("FERRY_PROPERTY_SEED", 1);
  const std::uint64_t cases = FromEnvironment("FERRY_PROPERTY_CASES", FERRY_DEFAULT_CASES);
  setenv("HCCL_BUFFSIZE", "1000000", 1);  // room for every case; the check of it has its own tests
  std::uint64_t equal = 0;
  for (std::uint64_t seed = first; seed < first + cases; ++seed) {
    const RandomCase test = MakeRandomCase(seed);
    SCOPED_TRACE(test.Describe());
    if (!RoundTripEqualsTheOracle(test)) return;
    ++equal;
  }
  EXPECT_EQ(equal, cases);
  std::printf("%llu random configurations from seed %llu on, every output bit-equal\n",
              static_cast<unsigned long long>(equal), static_cast<unsigned long long>(first));
}

}  // namespace
}  // namespace ferry::support
