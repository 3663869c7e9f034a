// The same suite with the ranks of each case spread over FERRY_PROPERTY_PROCESSES processes, joined
// by root infos: every output of every rank equals the oracle's, bit for bit.
//
// The cases are those from FERRY_PROPERTY_SEED on that have at least as many ranks as processes and
// at most FERRY_PROPERTY_MOST_RANKS (default: any number). Processes live for a few cases, with new
// groups for each.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "environment.h"
#include "random.h"
#include "random_case.h"
#include "round_trip.h"
#include "support/crowd.h"
#include "support/world.h"

namespace ferry::support {
namespace {

constexpr std::size_t kCasesOfACrowd = 16;

// Which ranks each process has: any, at least one.
std::vector<std::vector<std::int32_t>> Spread(const RandomCase& test, std::size_t processes) {
  Random random(test.seed);
  std::vector<std::int32_t> ranks(test.world_size());
  std::iota(ranks.begin(), ranks.end(), 0);
  for (std::size_t i = ranks.size(); i-- > 1;)
    std::swap(ranks[i], ranks[static_cast<std::size_t>(random.Between(0, std::int64_t(i)))]);
  std::vector<std::vector<std::int32_t>> spread(processes);
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const auto any = static_cast<std::size_t>(random.Between(0, std::ssize(spread) - 1));
    spread[i < processes ? i : any].push_back(ranks[i]);
  }
  return spread;
}

std::size_t NumGroups(const RandomCase& test) {
  return static_cast<std::size_t>(test.config.tp_size + test.config.ep_size);
}

// The part of the process `member` in the cases, each of which has `processes` parts.
void RunPart(const Member& member, const std::vector<RandomCase>& cases, std::size_t processes) {
  std::size_t first_slot = 0;
  for (const RandomCase& test : cases) {
    SCOPED_TRACE(test.Describe() + test.HowToRerun() +
                 " FERRY_PROPERTY_PROCESSES=" + std::to_string(processes));
    member.At(test.seed);
    const World world(test.config.ep_size, test.config.tp_size,
                      {.world_ranks = Spread(test, processes)[member.index()],
                       .root_info = [&member, first_slot](std::size_t group, bool is_maker) {
                         return member.RootInfo(first_slot + group, is_maker);
                       }});
    ExpectTheOraclesResults(world, test);
    if (testing::Test::HasFailure()) return;
    first_slot += NumGroups(test);
  }
}

// The next cases with enough ranks, and not too many; `seed` goes past them.
std::vector<RandomCase> DrawCases(std::uint64_t& seed, std::size_t count, std::size_t processes) {
  const std::size_t most_ranks = FromEnvironment("FERRY_PROPERTY_MOST_RANKS", 1536);
  std::vector<RandomCase> cases;
  for (; cases.size() < count; ++seed) {
    const std::size_t ranks = RandomWorldSize(seed);
    if (ranks >= processes && ranks <= most_ranks) cases.push_back(MakeRandomCase(seed));
  }
  return cases;
}

TEST(RoundTrip, EqualsTheOracleBitForBitOverProcesses) {
  const std::uint64_t first = FromEnvironment("FERRY_PROPERTY_SEED", 1);
  const std::uint64_t wanted = FromEnvironment("FERRY_PROPERTY_CASES", FERRY_DEFAULT_CASES);
  const std::size_t processes = FromEnvironment("FERRY_PROPERTY_PROCESSES", 4);
  setenv("HCCL_BUFFSIZE", "1000000", 1);  // room for every case; the check of it has its own tests
  setenv("HCCL_IF_IP", "127.0.0.1", 1);
  setenv("HCCL_HOST_SOCKET_PORT_RANGE", "auto", 1);  // every TP group has a root of its own
  std::uint64_t seed = first;
  for (std::uint64_t done = 0; done < wanted;) {
    const std::uint64_t from = seed;
    const auto cases =
        DrawCases(seed, std::min<std::uint64_t>(kCasesOfACrowd, wanted - done), processes);
    std::size_t slots = 0;
    for (const RandomCase& test : cases) slots += NumGroups(test);
    // What a time limit leaves behind.
    std::printf("%llu ", static_cast<unsigned long long>(from));
    std::fflush(stdout);
    const std::vector<std::string> wrong =
        RunCrowd({.size = processes, .root_infos = slots, .body = [&](const Member& member) {
                    RunPart(member, cases, processes);
                  }});
    for (const std::string& sentence : wrong)
      ADD_FAILURE() << sentence
                    << "\n(a step is a seed; rerun with FERRY_PROPERTY_PROCESSES=" << processes
                    << " FERRY_PROPERTY_SEED=" << from << " FERRY_PROPERTY_CASES=" << cases.size()
                    << ')';
    if (!wrong.empty()) return;
    done += cases.size();
  }
  std::printf(
      "\n%llu random configurations of seeds %llu to %llu, every output bit-equal over %zu "
      "processes\n",
      static_cast<unsigned long long>(wanted), static_cast<unsigned long long>(first),
      static_cast<unsigned long long>(seed - 1), processes);
}

}  // namespace
}  // namespace ferry::support
