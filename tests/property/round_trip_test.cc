// Dispatch, the experts' work and combine over the legal domain of product A3: every output of
// every rank equals the oracle's, bit for bit, and nothing else is written.
//
// FERRY_PROPERTY_CASES cases (default: set where the test is built) from FERRY_PROPERTY_SEED
// (default 1) on, on the instruction set that FERRY_ISA names.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "environment.h"
#include "ferry/ferry.h"
#include "instruction_set.h"
#include "random_case.h"
#include "round_trip.h"
#include "support/world.h"

namespace ferry::support {
namespace {

TEST(RoundTrip, EqualsTheOracleBitForBitOnRandomConfigurations) {
  if (LacksTheWantedInstructionSet()) GTEST_SKIP() << WhatThisProcessorOffers();
  const std::uint64_t first = FromEnvironment("FERRY_PROPERTY_SEED", 1);
  const std::uint64_t cases = FromEnvironment("FERRY_PROPERTY_CASES", FERRY_DEFAULT_CASES);
  setenv("HCCL_BUFFSIZE", "1000000", 1);  // room for every case; the check of it has its own tests
  std::uint64_t equal = 0;
  for (std::uint64_t seed = first; seed < first + cases; ++seed) {
    const RandomCase test = MakeRandomCase(seed);
    SCOPED_TRACE(test.Describe() + test.HowToRerun());
    // What a crash or a time limit leaves behind.
    std::printf("%llu ", static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    const World world(test.config.ep_size, test.config.tp_size);
    ExpectTheOraclesResults(world, test);
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
