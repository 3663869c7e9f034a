// Dispatch and combine with masks on the worked example: spec dispatch.md section 13.1, combine.md
// section 12 vector 12.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "moe/combine.h"
#include "moe/dispatch.h"
#include "moe/reference_vectors.h"
#include "support/local_group.h"
#include "support/moe_tensors.h"
#include "support/strided_tensor.h"

namespace ferry::moe {
namespace {

using testing::LocalWorld;
using testing::StridedTensor;
using testing::Strides;
using Bytes = std::vector<std::uint8_t>;
using Ints = std::vector<std::int32_t>;
using Longs = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

constexpr std::int64_t kHidden = 1024;
constexpr float kOnes[4] = {1.0F, 1.0F, 1.0F, 1.0F};

// bf16 of a small whole number.
std::uint16_t Bits(int value) {
  const auto number = static_cast<float>(value);
  std::uint32_t bits = 0;
  std::memcpy(&bits, &number, sizeof(bits));
  return static_cast<std::uint16_t>(bits >> 16);
}

// What one rank must hold after dispatch.
struct Received {
  Ints rows;  // by the value that all elements of the row have
  Ints triples;
  Ints ep_recv_counts;
  Longs nums;  // counts
};

class MaskedExample : public ::testing::Test {
 protected:
  // Ids behind the mask are -1, which must not be noticed.
  void Prepare(const std::vector<Bytes>& masks, Strides strides = Strides::kDense) {
    masks_.clear();
    dispatched_.clear();
    for (std::size_t r = 0; r < 4; ++r) {
      const Bytes& flags = masks[r];
      masks_.emplace_back(flags.size() == 4 ? 2 : 1, 2, strides);
      masks_.back().SetAll(flags);
      const auto rank = static_cast<std::int32_t>(r);
      dispatched_.emplace_back(vector_.config, rank, vector_.world[r],
                               testing::Capacity(vector_.config, rank));
      dispatched_.back().counts_type = CountsType::kCounts;
      has_mask_[r] = !flags.empty();
      ActivePairs active;
      active.Read(MaskOf(r), 2, 2);
      for (std::int32_t token = 0; token < 2; ++token) {
        for (std::int32_t k = 0; k < 2; ++k) {
          const bool is_active =
              token < static_cast<std::int32_t>(active.tokens().size()) || flags.size() == 4;
          if (!is_active || !active.HasSlot(token, k)) dispatched_[r].expert_ids.Set(token, k, -1);
        }
      }
    }
  }

  [[nodiscard]] ActiveMask MaskOf(std::size_t rank) const {
    if (!has_mask_[rank]) return {};
    const Matrix<const std::uint8_t> flags = masks_[rank].matrix();
    if (flags.rows == 2) return ActiveMask::PerPair(flags);
    return ActiveMask::PerToken(masks_[rank].vector());
  }

  Texts RunDispatch() {
    return world_.Run([&](std::int32_t w, comm::Group& ep, comm::Group* tp) {
      const auto r = static_cast<std::size_t>(w);
      DispatchInput input = dispatched_[r].input();
      input.mask = MaskOf(r);
      Dispatch(input, dispatched_[r].output(), {}, ep, tp);
    });
  }

  void ExpectDispatch(const std::vector<Received>& expected) {
    EXPECT_EQ(RunDispatch(), Texts(4));
    for (std::size_t r = 0; r < 4; ++r) {
      SCOPED_TRACE("rank " + std::to_string(r));
      testing::DispatchTensors& rank = dispatched_[r];
      for (std::size_t row = 0; row < expected[r].rows.size(); ++row) {
        for (std::int64_t h = 0; h < kHidden; ++h) {
          rank.expand_x.Expect(static_cast<std::int64_t>(row), h, Bits(expected[r].rows[row]));
        }
      }
      rank.assist_info.ExpectAll(expected[r].triples);
      rank.ep_recv_counts.ExpectAll(expected[r].ep_recv_counts);
      rank.expert_token_nums.ExpectAll(expected[r].nums);
      EXPECT_EQ(rank.expand_x.Difference("expandX"), "");
      EXPECT_EQ(rank.assist_info.Difference("assistInfo"), "");
      EXPECT_EQ(rank.ep_recv_counts.Difference("epRecvCounts"), "");
      EXPECT_EQ(rank.expert_token_nums.Difference("expertTokenNums"), "");
      EXPECT_EQ(masks_[r].Difference("mask"), "");
    }
  }

  // Of what dispatch left, with weights 1.
  Texts RunCombine(const std::function<Rows(testing::DispatchTensors&)>& out) {
    return world_.Run([&](std::int32_t w, comm::Group& ep, comm::Group* tp) {
      const auto r = static_cast<std::size_t>(w);
      testing::DispatchTensors& rank = dispatched_[r];
      CombineInput input;
      input.config = vector_.config;
      input.expand_x = AsConst(rank.expand_x.rows_of(DType::kBFloat16));
      input.expert_ids = rank.expert_ids.matrix();
      input.assist_info = std::as_const(rank.assist_info).vector();
      input.ep_send_counts = std::as_const(rank.ep_recv_counts).vector();
      input.expert_scales = {kOnes, 2, 2, 2, 1};
      input.mask = MaskOf(r);
      Combine(input, {out(rank)}, {}, ep, tp);
    });
  }

  // Combine of what dispatch left, with weights 1 and xOut on dispatch's x: factor[rank][token]
  // times the token, or the token as it was where it is 0.
  void ExpectCombine(const std::vector<Ints>& factors) {
    const Texts failures =
        RunCombine([](testing::DispatchTensors& rank) { return rank.x.rows_of(DType::kBFloat16); });
    EXPECT_EQ(failures, Texts(4));
    for (std::size_t r = 0; r < 4; ++r) {
      for (std::int64_t token = 0; token < 2; ++token) {
        const int value = 10 * static_cast<int>(r) + static_cast<int>(token) + 1;
        const int factor = factors[r][static_cast<std::size_t>(token)];
        for (std::int64_t h = 0; h < kHidden; ++h) {
          dispatched_[r].x.Expect(token, h, Bits(factor == 0 ? value : factor * value));
        }
      }
      EXPECT_EQ(dispatched_[r].x.Difference("xOut"), "") << "rank " << r;
    }
  }

  const reference::DispatchVector vector_ = reference::DispatchVectorNamed("Section12");
  LocalWorld world_{4, 1};
  std::vector<StridedTensor<std::uint8_t>> masks_;
  bool has_mask_[4] = {};
  std::vector<testing::DispatchTensors> dispatched_;
};

const std::vector<Received> kAfterMaskPerToken = {
    {{1, 2, 11, 21}, {0, 0, 2, 0, 1, 2, 1, 0, 2, 2, 0, 2}, {2, 3, 4, 4}, {4}},
    {{1, 11, 2}, {0, 0, 0, 1, 0, 1, 0, 1, 1}, {1, 2, 2, 2, 3, 3, 3, 3}, {2, 1}},
    {{11, 1}, {1, 0, 0, 0, 0, 1}, {0, 1, 1, 1, 2, 2, 2, 2}, {1, 1}},
    {{21, 2, 21}, {2, 0, 0, 0, 1, 0, 2, 0, 1}, {0, 0, 1, 1, 2, 2, 3, 3}, {1, 2}},
};

TEST_F(MaskedExample, OfAMaskPerTokenTheCountDecides) {
  for (const Strides strides :
       {Strides::kDense, Strides::kReversedColumns, Strides::kApartColumns}) {
    Prepare({{}, {1, 0}, {0, 1}, {0, 0}}, strides);
    ExpectDispatch(kAfterMaskPerToken);
    ExpectCombine({{3, 3}, {3, 0}, {3, 0}, {0, 0}});
  }
}

const std::vector<Received> kAfterMaskPerPair = {
    {{1, 2, 12, 21, 22}, {0, 0, 2, 0, 1, 2, 1, 1, 2, 2, 0, 2, 2, 1, 2}, {2, 3, 5, 5}, {5}},
    {{1, 12, 2, 12}, {0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1}, {1, 2, 2, 2, 3, 4, 4, 4}, {2, 2}},
    {{22}, {2, 1, 1}, {0, 0, 1, 1, 1, 1, 1, 1}, {1, 0}},
    {{21, 2, 21}, {2, 0, 0, 0, 1, 0, 2, 0, 1}, {0, 0, 1, 1, 2, 2, 3, 3}, {1, 2}},
};

TEST_F(MaskedExample, OfAMaskPerPairEachFlagDecides) {
  for (const Strides strides : {Strides::kDense, Strides::kTransposed, Strides::kReversedRows}) {
    Prepare({{1, 0, 1, 1}, {0, 0, 1, 1}, {0x80, 2, 0, 1}, {0, 0, 0, 0}}, strides);
    ExpectDispatch(kAfterMaskPerPair);
    ExpectCombine({{2, 3}, {0, 3}, {3, 2}, {0, 0}});
  }
}

TEST_F(MaskedExample, ARankWithoutActiveTokensNeedsNoMemoryForItsOutput) {
  Prepare({{}, {1, 0}, {0, 1}, {0, 0}});
  ExpectDispatch(kAfterMaskPerToken);
  const void* unwritten = dispatched_[3].x.rows_of(DType::kBFloat16).data;
  world_.set_commit_hook([&](std::int32_t, const void* begin, std::size_t) {
    if (begin == unwritten) Fail(Code::kRtMemoryAllocation, "xOut of rank 3 is not written");
  });
  ExpectCombine({{3, 3}, {3, 0}, {3, 0}, {0, 0}});
}

TEST_F(MaskedExample, AnActiveBadIdIsNamedByItsOriginalToken) {
  Prepare({{}, {0, 0, 1, 1}, {}, {}});
  dispatched_[1].expert_ids.Set(1, 1, 6);
  EXPECT_EQ(RunDispatch(), Texts(4, "rank 1 token 1 k 1: expert id 6 outside [0, 6)"));
}

// xOut on expandX goes through scratch; rows of inactive tokens must not come along.
TEST_F(MaskedExample, RowsOfInactiveTokensStayWhenXOverlapsExpandX) {
  Prepare({{}, {1, 0}, {0, 1}, {0, 0}});
  ExpectDispatch(kAfterMaskPerToken);
  const Texts failures = RunCombine([](testing::DispatchTensors& rank) {
    Rows out = rank.expand_x.rows_of(DType::kBFloat16);
    out.rows = 2;
    return out;
  });
  EXPECT_EQ(failures, Texts(4));
  EXPECT_EQ(dispatched_[1].expand_x.at(0, 7), Bits(33));  // 3 * token 0
  EXPECT_EQ(dispatched_[1].expand_x.at(1, 7), Bits(11));  // still what dispatch wrote
  EXPECT_EQ(dispatched_[3].expand_x.Difference("expandX of rank 3"), "");
}

}  // namespace
}  // namespace ferry::moe
