// Calls that are odd but right, as programs of the field make them (spec runtime.md section 11.3),
// and calls that are wrong in any way at all: whatever is passed, phase 1 answers.
#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "wrong_calls_bench.h"

namespace ferry::conformance {
namespace {

class Habits : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { bench_ = std::make_unique<Bench>(); }
  static void TearDownTestSuite() { bench_.reset(); }

  static std::unique_ptr<Bench> bench_;
};

std::unique_ptr<Bench> Habits::bench_;

template <class Args>
void ExpectAccepted(const Args& args) {
  const Answer answer = Ask(args);
  EXPECT_EQ(answer.code, 0) << answer.message;
}

TEST_F(Habits, OutputsMayBeLargerThanNeeded) {
  auto args = bench_->Base<DispatchArgs>(Variant::kPlain);
  args.expert_scales.given = true;
  args.ep_counts.dims = {4 + 4 * 2 * 2};  // room for what A2's hierarchy writes
  args.assist_info.dims = {8 * 128 + 5};
  args.expand_x.dims = {9, 1024};
  ExpectAccepted(args);
}

TEST_F(Habits, UnusedOutputsMayBeEmptyOrOfAnyShape) {
  auto args = bench_->Base<DispatchArgs>(Variant::kPlain);
  args.dynamic_scales = {.dims = {0}, .dtype = ACL_FLOAT};
  args.expand_scales = {.dims = {0}, .dtype = ACL_FLOAT};
  ExpectAccepted(args);
  args.dynamic_scales.dims = {3, 1, 2};
  args.expand_scales.dims = {1};
  args.tp_counts.dims = {1};
  ExpectAccepted(args);
}

TEST_F(Habits, OneGroupMayBeNamedTwiceWithoutTp) {
  auto args = bench_->Base<DispatchArgs>(Variant::kPlain);
  args.group_tp = args.group_ep;
  args.tp_world_size = 1;
  args.Fit();
  ExpectAccepted(args);
}

TEST_F(Habits, OneSharedExpertOnNoRanksIsNone) {
  auto dispatch = bench_->Base<DispatchArgs>(Variant::kPlain);
  dispatch.shared_expert_num = 1;
  ExpectAccepted(dispatch);
  auto combine = bench_->Base<CombineArgs>(Variant::kPlain);
  combine.shared_expert_num = 1;
  combine.global_bs = 4;
  combine.comm_alg = "";
  ExpectAccepted(combine);
}

TEST_F(Habits, CombineLooksAtTpCountsOnlyWithTp) {
  auto args = bench_->Base<CombineArgs>(Variant::kPlain);
  args.tp_counts.given = false;
  ExpectAccepted(args);
  args.tp_counts = {.dims = {3, 4}, .dtype = ACL_INT32, .format = ACL_FORMAT_FRACTAL_NZ};
  args.tp_counts.null_data = true;
  ExpectAccepted(args);
}

TEST_F(Habits, CombineTakesAnyCommAlgAndSharedRowsInThreeDims) {
  auto args = bench_->Base<CombineArgs>(Variant::kPlain);
  args.comm_alg = std::string(5000, 'x');
  args.shared_expert_x = {.dims = {2, 1, 1024}, .dtype = ACL_BF16, .format = ACL_FORMAT_NCL};
  ExpectAccepted(args);
}

TEST_F(Habits, TensorsMayBeStridedAndOffset) {
  auto args = bench_->Base<DispatchArgs>(Variant::kPlain);
  args.x.strides = {0, 1};
  args.expert_ids.strides = {-2, -1};
  args.expert_ids.offset = 3;
  args.expert_token_nums.strides = {0};
  ExpectAccepted(args);
}

// Changes one thing of a call to something extreme.
class Vandal {
 public:
  explicit Vandal(std::uint32_t seed) : random_(seed) {}

  std::size_t Below(std::size_t n) { return random_() % n; }

  std::int64_t Number() {
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t kNumbers[] = {kMin, kMin + 1, -1024,   -2,       -1,  0,
                                         1,    2,        3,       7,        128, 1023,
                                         1024, 1025,     1 << 20, kMax / 2, kMax};
    return kNumbers[Below(std::size(kNumbers))];
  }

  void Spoil(Tensor& tensor) {
    switch (Below(7)) {
      case 0:
        tensor.given = !tensor.given;
        return;
      case 1:
        tensor.dtype = static_cast<aclDataType>(Below(30));
        return;
      case 2:
        tensor.offset = Number();
        return;
      case 3:
        tensor.strides.clear();
        for (std::size_t i = 0; i < tensor.dims.size(); ++i) tensor.strides.push_back(Number());
        return;
      case 4:
        if (!tensor.dims.empty()) tensor.dims[Below(tensor.dims.size())] = Number();
        return;
      case 5:
        tensor.dims.resize(Below(5), Number());
        tensor.strides.clear();
        return;
      default:
        tensor.null_data = true;
        return;
    }
  }

  void SpoilShared(MoeArgs& args) {
    constexpr std::int64_t MoeArgs::*kNumbers[] = {
        &MoeArgs::ep_world_size,     &MoeArgs::ep_rank_id,
        &MoeArgs::moe_expert_num,    &MoeArgs::tp_world_size,
        &MoeArgs::tp_rank_id,        &MoeArgs::expert_shard_type,
        &MoeArgs::shared_expert_num, &MoeArgs::shared_expert_rank_num,
        &MoeArgs::quant_mode,        &MoeArgs::global_bs};
    constexpr Tensor MoeArgs::*kTensors[] = {&MoeArgs::x,
                                             &MoeArgs::expert_ids,
                                             &MoeArgs::mask,
                                             &MoeArgs::expert_scales,
                                             &MoeArgs::expand_x,
                                             &MoeArgs::assist_info,
                                             &MoeArgs::ep_counts,
                                             &MoeArgs::tp_counts,
                                             &MoeArgs::expand_scales};
    if (Below(3) == 0) {
      args.*kNumbers[Below(std::size(kNumbers))] = Number();
    } else {
      Spoil(args.*kTensors[Below(std::size(kTensors))]);
    }
  }

 private:
  std::mt19937 random_;
};

void ExpectAnswered(const Answer& answer) {
  static const std::set<std::int32_t> kCodes = {0, 161001, 161002, 361001, 561002};
  EXPECT_TRUE(kCodes.contains(answer.code)) << answer.code << " " << answer.message;
  EXPECT_EQ(answer.code == 0, answer.message.empty()) << answer.message;
}

TEST_F(Habits, WhateverIsPassedPhaseOneAnswers) {
  constexpr std::uint32_t kSeed = 20251123;
  SCOPED_TRACE(::testing::Message() << "seed " << kSeed);
  Vandal vandal(kSeed);
  constexpr Variant kVariants[] = {Variant::kPlain, Variant::kTp, Variant::kShared};
  for (int round = 0; round < 1500; ++round) {
    const Variant variant = kVariants[vandal.Below(std::size(kVariants))];
    auto dispatch = bench_->Base<DispatchArgs>(variant);
    auto combine = bench_->Base<CombineArgs>(variant);
    for (std::size_t spoiled = 0; spoiled <= vandal.Below(3); ++spoiled) {
      vandal.SpoilShared(dispatch);
      vandal.SpoilShared(combine);
    }
    if (vandal.Below(4) == 0) vandal.Spoil(dispatch.expert_token_nums);
    if (vandal.Below(4) == 0) vandal.Spoil(combine.shared_expert_x);
    ExpectAnswered(Ask(dispatch));
    ExpectAnswered(Ask(combine));
  }
  bench_->ExpectGroupWorks(Variant::kPlain);
}

}  // namespace
}  // namespace ferry::conformance
