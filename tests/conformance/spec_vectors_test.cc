// The specification's worked examples and vectors through the C API: every output value, and every
// byte that must stay untouched.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "moe/reference.h"
#include "moe/reference_vectors.h"
#include "support/device_tensor.h"
#include "support/moe_calls.h"
#include "support/world.h"

namespace ferry::support {
namespace {

using reference::CombineVector;
using reference::DispatchVector;

// Room for the rows that duplicate ids bring beyond A (dispatch.md section 13.4).
std::int64_t RowsFor(const DispatchVector& vector, std::size_t w) {
  const std::int32_t ep_rank = static_cast<std::int32_t>(w) / vector.config.tp_size;
  const std::int64_t rows = vector.expected[w].own_rows + vector.expected[w].peer_rows;
  return std::max(rows, Capacity(vector.config, ep_rank) * vector.config.tp_size);
}

std::vector<DispatchTensors> TensorsOf(const DispatchVector& vector, DispatchOptions options) {
  std::vector<DispatchTensors> ranks;
  for (std::size_t w = 0; w < vector.world.size(); ++w) {
    const std::int32_t ep_rank = static_cast<std::int32_t>(w) / vector.config.tp_size;
    options.expand_x_rows = RowsFor(vector, w);
    ranks.push_back(MakeDispatch(vector.config, ep_rank, vector.world[w], options));
  }
  return ranks;
}

void ExpectDispatch(const DispatchVector& vector, const DispatchOptions& options) {
  const World world(vector.config.ep_size, vector.config.tp_size);
  std::vector<DispatchTensors> ranks = TensorsOf(vector, options);
  ASSERT_TRUE(AllOk(Dispatch(world, vector.config, ranks)));
  for (std::size_t w = 0; w < ranks.size(); ++w) {
    EXPECT_TRUE(HoldsDispatch(ranks[w], vector.expected[w])) << "world rank " << w;
  }
}

class DispatchOfTheSpec : public testing::TestWithParam<std::string> {};

TEST_P(DispatchOfTheSpec, GivesTheStatedOutputsWithCounts) {
  ExpectDispatch(reference::DispatchVectorNamed(GetParam()),
                 {.counts_type = moe::CountsType::kCounts});
}

TEST_P(DispatchOfTheSpec, GivesTheStatedOutputsWithPrefixSums) {
  ExpectDispatch(reference::DispatchVectorNamed(GetParam()),
                 {.counts_type = moe::CountsType::kPrefixSums});
}

// Section 13.4 has K 3 with E 2, which check 30 of the same document refuses.
std::vector<std::string> LegalVectors() {
  std::vector<std::string> names = reference::DispatchVectorNames();
  std::erase(names, "Section13_4");
  return names;
}

INSTANTIATE_TEST_SUITE_P(Spec, DispatchOfTheSpec, testing::ValuesIn(LegalVectors()),
                         [](const auto& test) { return test.param; });

class CombineOfTheSpec : public testing::TestWithParam<std::string> {};

TEST_P(CombineOfTheSpec, GivesTheStatedSums) {
  const CombineVector vector = reference::CombineVectorNamed(GetParam());
  const World world(vector.config.ep_size, vector.config.tp_size);
  std::vector<CombineTensors> ranks;
  for (std::size_t w = 0; w < vector.world.size(); ++w) {
    ranks.push_back(
        MakeCombine(vector.config, world.rank(w).ep_rank, world.rank(w).tp_rank, vector.world[w]));
  }
  ASSERT_TRUE(AllOk(Combine(world, vector.config, ranks)));
  for (std::size_t w = 0; w < ranks.size(); ++w) {
    EXPECT_TRUE(HoldsCombine(ranks[w], vector.expected[w])) << "world rank " << w;
  }
}

INSTANTIATE_TEST_SUITE_P(Spec, CombineOfTheSpec, testing::ValuesIn(reference::CombineVectorNames()),
                         [](const auto& test) { return test.param; });

// dispatch.md section 12 and combine.md vector 13 as a program runs them: the outputs of dispatch
// go unread into combine, whose output is the tensor that dispatch read.
TEST(RoundTripOfTheSpec, TripleOfEveryTokenComesBackIntoItsOwnTensor) {
  const DispatchVector vector = reference::DispatchVectorNamed("Section12");
  const World world(vector.config.ep_size);
  std::vector<DispatchTensors> dispatched = TensorsOf(vector, {});
  ASSERT_TRUE(AllOk(Dispatch(world, vector.config, dispatched)));

  std::vector<CombineTensors> combined;
  const std::vector<reference::CombineResult> expected =
      reference::CombineVectorNamed("Vector13RoundTrip").expected;
  ASSERT_EQ(expected.size(), dispatched.size());
  for (std::size_t w = 0; w < dispatched.size(); ++w) {
    ASSERT_TRUE(HoldsDispatch(dispatched[w], vector.expected[w])) << "world rank " << w;
    const reference::CombineRank owner{.num_tokens = 2,
                                       .expert_scales = std::vector<float>(4, 1.0F)};
    combined.push_back(MakeCombineAfter(vector.config, dispatched[w], owner,
                                        {.output = CombineOutput::kDispatchX}));
  }
  ASSERT_TRUE(AllOk(Combine(world, vector.config, combined)));
  for (std::size_t w = 0; w < combined.size(); ++w) {
    EXPECT_TRUE(HoldsCombine(combined[w], expected[w])) << "world rank " << w;
  }
}

// dispatch.md section 13.3: sharedExpertNum 1 without shared ranks is the same as 0.
TEST(DispatchOfUnequalBatches, SharedExpertNumOneWithoutSharedRanksIsNone) {
  ExpectDispatch(reference::DispatchVectorNamed("Section13_3"), {.call = {.shared_expert_num = 1}});
}

TEST(DispatchOfUnequalBatches, GlobalBsZeroFailsOnBothRanks) {
  const DispatchVector vector = reference::DispatchVectorNamed("Section13_3");
  const World world(vector.config.ep_size);
  const std::vector<DispatchTensors> ranks = TensorsOf(vector, {.call = {.global_bs = 0}});
  const std::vector<Outcome> outcomes = Dispatch(world, vector.config, ranks);
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.launch, 0) << outcome.message;
    EXPECT_EQ(outcome.finish, ACL_ERROR_RT_AICORE_EXCEPTION);
    EXPECT_EQ(outcome.message, outcomes[0].message);
    EXPECT_NE(outcome.message.find("parameter globalBs differs: rank 0 has 2, rank 1 has 6"),
              std::string::npos)
        << outcome.message;
  }
}

// dispatch.md sections 13.4 and 11.4: more rows than A and no room for them.
TEST(DispatchOfDuplicateIds, RowsBeyondCapacityFailOnBothRanksAndWriteNothingOutside) {
  const DispatchVector vector = reference::DispatchVectorNamed("Section13_4Legal");
  const World world(vector.config.ep_size);
  std::vector<DispatchTensors> ranks;
  for (std::size_t w = 0; w < vector.world.size(); ++w) {
    ranks.push_back(MakeDispatch(vector.config, static_cast<std::int32_t>(w), vector.world[w], {}));
  }
  const std::vector<Outcome> outcomes = Dispatch(world, vector.config, ranks);
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.launch, 0) << outcome.message;
    EXPECT_EQ(outcome.finish, ACL_ERROR_RT_AICORE_EXCEPTION);
    EXPECT_EQ(outcome.message, outcomes[0].message);
    EXPECT_NE(outcome.message.find("rank 1: 9 rows needed, expandX has 8 rows available"),
              std::string::npos)
        << outcome.message;
  }
  for (DispatchTensors& rank : ranks) {
    // What lies inside the tensors is undefined now; their guards are not.
    rank.expand_x->Assume(rank.expand_x->Read<std::uint16_t>(rank.expand_x->num_elements()));
    rank.assist_info->Assume(
        rank.assist_info->Read<std::int32_t>(rank.assist_info->num_elements()));
    EXPECT_TRUE(rank.expand_x->Matches());
    EXPECT_TRUE(rank.assist_info->Matches());
  }
}

}  // namespace
}  // namespace ferry::support
