#include "ops/call.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "ops/example_calls.h"

namespace ferry::ops {
namespace {

using testing::MakeDispatchCall;
using testing::MakeTensor;

TEST(StringArg, TellsNullFromEmptyAndReadsNoFurtherThanAsked) {
  EXPECT_FALSE(StringArg(nullptr, 4).given);
  EXPECT_TRUE(StringArg("", 4).given);
  const char unterminated[4] = {'a', 'b', 'c', 'd'};
  EXPECT_EQ(StringArg(unterminated, 4).text, "abcd");
}

TEST(MoeCall, DerivesTheWorkedExample) {
  DispatchCall call = MakeDispatchCall();
  EXPECT_EQ(call.global_batch(), 8);
  EXPECT_EQ(call.max_batch(), 2);
  EXPECT_EQ(call.experts_per_rank(), 2);
  EXPECT_EQ(call.local_experts(), 2);
  EXPECT_EQ(call.capacity(), 16);
  EXPECT_EQ(call.counts_length(), 8);
  EXPECT_EQ(call.window_bytes(), 106'496);
  call.ep_rank_id = 0;
  EXPECT_EQ(call.capacity(), 8);
  EXPECT_EQ(call.local_experts(), 1);
}

TEST(MoeCall, OneSharedExpertWithoutRanksIsNone) {
  DispatchCall call = MakeDispatchCall();
  call.shared_expert_rank_num = 0;
  EXPECT_EQ(call.shared_experts(), 0);
  call.shared_expert_num = 2;
  EXPECT_EQ(call.shared_experts(), 2);
}

TEST(MoeCall, SharedCapacityRoundsUpWhereCopiesDoNotDivideTheGroup) {
  DispatchCall call = MakeDispatchCall();
  call.ep_world_size = 8;
  call.shared_expert_rank_num = 3;
  call.moe_expert_num = 5;
  call.x = MakeTensor({8, 1024}, DType::kBFloat16);
  call.ep_rank_id = 2;
  EXPECT_EQ(call.capacity(), 24);
}

TEST(MoeCall, UnequalBatchesTakeTheGivenGlobalBatch) {
  DispatchCall call = MakeDispatchCall();
  call.global_bs = 12;
  EXPECT_TRUE(call.batches_may_differ());
  EXPECT_EQ(call.max_batch(), 3);
  call.global_bs = 8;
  EXPECT_FALSE(call.batches_may_differ());
}

TEST(MoeCall, AHugeGlobalBatchSaturates) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  DispatchCall call = MakeDispatchCall();
  call.global_bs = kMax;
  EXPECT_EQ(call.capacity(), kMax);
  EXPECT_EQ(call.rows_with_tp(), kMax);
  EXPECT_EQ(call.window_bytes(), kMax);
}

TEST(MoeCall, WithoutALayoutEverythingDerivedIsZero) {
  DispatchCall call = MakeDispatchCall();
  call.ep_world_size = 0;
  EXPECT_FALSE(call.layout().has_value());
  EXPECT_EQ(call.max_batch(), 0);
  EXPECT_EQ(call.capacity(), 0);
  EXPECT_EQ(call.local_experts(), 0);
}

}  // namespace
}  // namespace ferry::ops
