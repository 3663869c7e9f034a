#include "moe/combine.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.h"
#include "moe/extent.h"
#include "moe/reference.h"
#include "moe/reference_vectors.h"
#include "support/moe_tensors.h"

namespace ferry::moe {
namespace {

using reference::CombineVector;
using testing::CombineTensors;
using testing::LocalWorld;
using Texts = std::vector<std::string>;

std::vector<CombineTensors> Tensors(const CombineVector& vector) {
  std::vector<CombineTensors> ranks;
  for (std::size_t w = 0; w < vector.world.size(); ++w) {
    const auto world_rank = static_cast<std::int32_t>(w);
    const std::int32_t ep_rank = world_rank / vector.config.tp_size;
    ranks.emplace_back(vector.config, ep_rank, world_rank % vector.config.tp_size, vector.world[w],
                       testing::Capacity(vector.config, ep_rank));
  }
  return ranks;
}

Texts AllSay(const std::string& text, std::size_t ranks) {
  return Texts(ranks, text);
}

class CombineReproduces : public ::testing::TestWithParam<std::string> {};

TEST_P(CombineReproduces, TheVectorOfTheSpecification) {
  const CombineVector vector = reference::CombineVectorNamed(GetParam());
  LocalWorld world(vector.config.ep_size, vector.config.tp_size);
  std::vector<CombineTensors> ranks = Tensors(vector);
  EXPECT_EQ(RunCombine(world, ranks), AllSay("", ranks.size()));
  for (std::size_t w = 0; w < ranks.size(); ++w) {
    EXPECT_EQ(ranks[w].Judge(vector.expected[w]), "") << "world rank " << w;
  }
}

INSTANTIATE_TEST_SUITE_P(Spec, CombineReproduces,
                         ::testing::ValuesIn(reference::CombineVectorNames()),
                         [](const auto& test) { return test.param; });

// The round trip of the worked example: 4 ranks, 8 + 6 + 6 + 4 rows, 2 tokens each.
class CombineExample : public ::testing::Test {
 protected:
  void ExpectEveryRankToSay(const std::string& text) {
    EXPECT_EQ(RunCombine(world_, ranks_), AllSay(text, 4));
  }

  const CombineVector vector_ = reference::CombineVectorNamed("Vector13RoundTrip");
  LocalWorld world_{4, 1};
  std::vector<CombineTensors> ranks_ = Tensors(vector_);
};

TEST_F(CombineExample, ABadExpertIdIsReportedBeforeABadTriple) {
  ranks_[1].assist_info.Set(0, 0, 4);
  ranks_[3].expert_ids.Set(1, 0, 6);
  ExpectEveryRankToSay("rank 3 token 1 k 0: expert id 6 outside [0, 6)");
}

TEST_F(CombineExample, ABadTripleFailsEveryRank) {
  ranks_[1].assist_info.Set(0, 3 * 2 + 1, 2);
  ExpectEveryRankToSay("rank 1 row 2: assistInfoForCombine has token 2 outside [0, 2)");
}

TEST_F(CombineExample, ACountOutsideExpandXFailsEveryRank) {
  ranks_[2].ep_send_counts.Set(0, 7, 17);
  ExpectEveryRankToSay("rank 2: epSendCounts[7] is 17; must be in [0, 16], the rows of expandX");
  ranks_[2].ep_send_counts.Set(0, 7, -1);
  ExpectEveryRankToSay("rank 2: epSendCounts[7] is -1; must be in [0, 16], the rows of expandX");
}

TEST_F(CombineExample, ACountWithoutTriplesFailsEveryRank) {
  const auto failures = world_.Run([&](std::int32_t rank, comm::Group& ep, comm::Group* tp) {
    CombineTensors& tensors = ranks_[static_cast<std::size_t>(rank)];
    CombineInput input = tensors.input();
    if (rank == 3) input.assist_info.size = 11;  // 4 rows need 12
    Combine(input, tensors.output(), {}, ep, tp);
  });
  EXPECT_EQ(failures, AllSay("rank 3: epSendCounts[7] is 4; must be in [0, 3], the triples of "
                             "assistInfoForCombine (11 elements)",
                             4));
}

TEST_F(CombineExample, AMissingRowFailsItsOwnerOnly) {
  ranks_[1].assist_info.Set(0, 3 * 4 + 2, 0);  // row 4 is slot 1 of token 1 of rank 1
  EXPECT_EQ(RunCombine(world_, ranks_),
            (Texts{"", "rank 1 token 1 slot 1: no rank returned this row", "", ""}));
  for (const std::size_t w : {0U, 2U, 3U}) EXPECT_EQ(ranks_[w].Judge(vector_.expected[w]), "");
  EXPECT_EQ(ranks_[1].x.Difference("x"), "");

  ranks_ = Tensors(vector_);
  ExpectEveryRankToSay("");
}

TEST_F(CombineExample, RowsForTokensThatAreNotThereAreDropped) {
  CombineVector vector = vector_;
  vector.config.global_batch = 12;  // tokens up to 2 may exist
  vector.world[1].own_rows = 7;
  vector.world[1].assist_info.insert(vector.world[1].assist_info.end(), {0, 2, 0});
  vector.world[1].expand_x.resize(7 * 1024, 0x7FC0);
  ranks_ = Tensors(vector);
  ExpectEveryRankToSay("");
  for (std::size_t w = 0; w < 4; ++w) EXPECT_EQ(ranks_[w].Judge(vector.expected[w]), "");
}

TEST_F(CombineExample, ACellFilledTwiceHoldsEitherRow) {
  CombineVector vector = vector_;
  reference::CombineRank& holder = vector.world[1];
  holder.own_rows = 7;
  holder.assist_info.insert(holder.assist_info.end(), {0, 0, 0});  // as its row 0
  holder.expand_x.insert(holder.expand_x.end(), holder.expand_x.begin(),
                         holder.expand_x.begin() + 1024);
  ranks_ = Tensors(vector);
  ExpectEveryRankToSay("");
  EXPECT_EQ(ranks_[0].Judge(vector.expected[0]), "");
}

TEST_F(CombineExample, FailsWhenItsOutputCannotBeCommitted) {
  const Rows rows = ranks_[2].output().x;
  world_.set_commit_hook([&](std::int32_t, const void* begin, std::size_t bytes) {
    if (begin == rows.data) Fail(Code::kRtMemoryAllocation, "{} bytes of x", bytes);
  });
  ExpectEveryRankToSay("4096 bytes of x");
}

// xOut on memory that others still read: expandX itself, at every distance of rows.
TEST_F(CombineExample, XMayOverlapExpandX) {
  for (std::int64_t first_row = 0; first_row < 3; ++first_row) {
    ranks_ = Tensors(vector_);
    for (CombineTensors& rank : ranks_) {
      rank.out = SliceRows(rank.expand_x.rows_of(DType::kBFloat16), first_row, 2);
    }
    ExpectEveryRankToSay("");
    for (std::size_t w = 0; w < 4; ++w) EXPECT_EQ(ranks_[w].Judge(vector_.expected[w]), "");
  }
}

// Not at a row's start: every row of xOut lies across two of expandX.
TEST_F(CombineExample, XMayOverlapPartsOfRowsOfExpandX) {
  for (const std::int64_t elements : {1, 1023, 1500}) {
    ranks_ = Tensors(vector_);
    for (CombineTensors& rank : ranks_) {
      rank.out = SliceRows(rank.expand_x.rows_of(DType::kBFloat16), 0, 2);
      rank.out->data += 2 * elements;
    }
    ExpectEveryRankToSay("");
    for (std::size_t w = 0; w < 4; ++w) {
      EXPECT_EQ(ranks_[w].Judge(vector_.expected[w]), "") << elements;
    }
  }
}

TEST_F(CombineExample, XMayOverlapSharedExpertXWholeOrShifted) {
  CombineVector vector = vector_;
  vector.config.num_shared_experts = 0;  // rank 0's rows are dropped: slot 2 is no cell
  vector.config.num_shared_ranks = 0;
  vector.config.ep_size = 4;
  vector.config.num_experts = 8;
  for (std::size_t w = 0; w < 4; ++w) {
    reference::CombineRank& rank = vector.world[w];
    const auto r = static_cast<std::int32_t>(w);
    rank = {.num_tokens = 2, .own_rows = 4};
    rank.assist_info = {r, 0, 0, r, 0, 1, r, 1, 0, r, 1, 1};
    for (std::uint16_t i = 0; i < 4 * 1024; ++i) {
      rank.expand_x.push_back(static_cast<std::uint16_t>(0x3F80 + i % 97));
    }
    for (std::uint16_t i = 0; i < 2 * 1024; ++i) {
      rank.shared_expert_x.push_back(static_cast<std::uint16_t>(0xBF00 + i % 89));
    }
    rank.expert_ids = {0, 1, 2, 3};
    rank.expert_scales = {0.25F, 0.5F, 1.5F, -2.0F};
  }
  const auto expected = reference::Combine(vector.config, vector.world);
  for (const std::int64_t shift : {0, 1, -1}) {
    ranks_ = Tensors(vector);
    for (CombineTensors& rank : ranks_) {
      rank.out = rank.shared_expert_x.rows_of(DType::kBFloat16);
      rank.out->data += 2 * shift;  // one element: every row overlaps partly
    }
    ExpectEveryRankToSay("");
    for (std::size_t w = 0; w < 4; ++w) EXPECT_EQ(ranks_[w].Judge(expected[w]), "") << shift;
  }
}

class CombineTp : public ::testing::Test {
 protected:
  const CombineVector vector_ = reference::CombineVectorNamed("Vector6TpWithoutExpertWork");
  LocalWorld world_{2, 2};
  std::vector<CombineTensors> ranks_ = Tensors(vector_);
};

TEST_F(CombineTp, APeerThatDeliversOtherThanNRowsFailsEveryRank) {
  ranks_[1].tp_send_counts.Set(0, 0, 2);  // EP rank 0, TP rank 1 hands over 2 of 3 rows
  EXPECT_EQ(RunCombine(world_, ranks_), AllSay("rank 0 with tpRankId 1: tpSendCounts[0] is 2; must "
                                               "be 3, the last of epSendCounts of its TP peer",
                                               4));
}

TEST_F(CombineTp, ACountOfPeerRowsOutsideExpandXFailsEveryRank) {
  ranks_[2].tp_send_counts.Set(0, 1, 8);  // EP rank 1, TP rank 0: n is 1, 8 rows of room
  EXPECT_EQ(RunCombine(world_, ranks_),
            AllSay("rank 1 with tpRankId 0: tpSendCounts[1] is 8; must be in [0, 7], the rows of "
                   "expandX behind its own 1",
                   4));
}

TEST_F(CombineTp, ABadIdReachesTheTpPartners) {
  ranks_[3].expert_ids.Set(1, 0, -1);  // EP rank 1, TP rank 1
  EXPECT_EQ(RunCombine(world_, ranks_),
            AllSay("rank 1 token 1 k 0: expert id -1 outside [0, 2)", 4));
}

TEST_F(CombineTp, AMissingRowFailsItsOwnerOnly) {
  // EP rank 0, TP rank 0 holds rows (0,0,0) (1,0,0) (1,1,0): let the last go nowhere.
  ranks_[0].assist_info.Set(0, 3 * 2 + 1, 0);
  EXPECT_EQ(RunCombine(world_, ranks_),
            (Texts{"", "", "rank 1 token 1 slot 0: no rank returned this row", ""}));
}

TEST_F(CombineTp, XMayOverlapTheRowsHandedToThePeer) {
  for (CombineTensors& rank : ranks_) {
    rank.out = SliceRows(rank.expand_x.rows_of(DType::kBFloat16), 1, 2);
  }
  EXPECT_EQ(RunCombine(world_, ranks_), AllSay("", 4));
  for (std::size_t w = 0; w < 4; ++w) EXPECT_EQ(ranks_[w].Judge(vector_.expected[w]), "");
}

}  // namespace
}  // namespace ferry::moe
