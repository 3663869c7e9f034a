#include "moe/origin.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"
#include "moe/published.h"

namespace ferry::moe {
namespace {

using Ints = std::vector<std::int32_t>;

// Three ranks, at most four tokens each, slots 0..2.
const MoeConfig kConfig{.ep_size = 3,
                        .num_experts = 2,
                        .num_shared_experts = 1,
                        .num_shared_ranks = 1,
                        .top_k = 2,
                        .hidden = 4,
                        .global_batch = 12};

struct Sorted {
  Origins origins;
  Ints memory;

  [[nodiscard]] Ints Words() const { return {origins.words.begin(), origins.words.end()}; }
};

Sorted Sort(const Ints& triples) {
  Sorted sorted;
  const auto size = static_cast<std::int64_t>(triples.size());
  sorted.memory.assign(OriginWords(kConfig, size / 3), -7);
  sorted.origins = SortOrigins(kConfig, 2, {triples.data(), size, 1}, sorted.memory);
  return sorted;
}

TEST(Origin, SortsRowsByDestination) {
  const Sorted sorted = Sort({2, 3, 0, 0, 1, 2, 2, 0, 1});
  EXPECT_EQ(sorted.origins.failure, "");
  EXPECT_EQ(sorted.Words(), (Ints{0, 1, 1, 3, /*entries*/ 1, 1, 2, 0, 3, 0, 2, 0, 1}));
}

TEST(Origin, NoRowsAreFine) {
  EXPECT_EQ(Sort({}).Words(), (Ints{0, 0, 0, 0}));
}

TEST(Origin, NamesRankRowAndValueOfTheFirstBadTriple) {
  EXPECT_EQ(Sort({0, 0, 0, 3, 0, 0}).origins.failure,
            "rank 2 row 1: assistInfoForCombine has rank 3 outside [0, 3)");
  EXPECT_EQ(Sort({-1, 0, 0}).origins.failure,
            "rank 2 row 0: assistInfoForCombine has rank -1 outside [0, 3)");
  EXPECT_EQ(Sort({0, 4, 0}).origins.failure,
            "rank 2 row 0: assistInfoForCombine has token 4 outside [0, 4)");
  EXPECT_EQ(Sort({0, -2, 0}).origins.failure,
            "rank 2 row 0: assistInfoForCombine has token -2 outside [0, 4)");
  EXPECT_EQ(Sort({0, 0, 3}).origins.failure,
            "rank 2 row 0: assistInfoForCombine has slot 3 outside [0, 3)");
  EXPECT_EQ(Sort({0, 0, -1}).origins.failure,
            "rank 2 row 0: assistInfoForCombine has slot -1 outside [0, 3)");
}

TEST(Origin, HonoursTheStrideOfTheTriples) {
  const Ints backwards = {0, 9, 2, 9, 1};  // rank 1, token 2, slot 0
  Ints memory(OriginWords(kConfig, 1));
  const Origins origins = SortOrigins(kConfig, 0, {backwards.data() + 4, 3, -2}, memory);
  EXPECT_EQ(Ints(origins.words.begin(), origins.words.end()), (Ints{0, 0, 1, 1, 0, 2, 0}));
}

class PublishedOrigins : public testing::Test {
 protected:
  PublishedOrigins() {
    comm::Record record;
    PublishIndex(sorted_.origins.words, record);
    PublishRows({reinterpret_cast<const std::byte*>(rows_.data()), kConfig.x_type, 2, 4, 8, 2},
                record);
    peer_ = {record.parts, record.values};
  }

  const Sorted sorted_ = Sort({2, 3, 0, 0, 1, 2});
  const std::vector<std::uint16_t> rows_ = std::vector<std::uint16_t>(8);
  comm::PeerRecord peer_;
};

TEST_F(PublishedOrigins, AreReadBack) {
  const PeerOrigins origins = OpenOrigins(kConfig, 2, peer_);
  ASSERT_EQ(origins.num_entries(), 2);
  const OriginEntry entry = origins.Entry(1);
  EXPECT_EQ(entry.row, 0);
  EXPECT_EQ(entry.token, 3);
  EXPECT_EQ(entry.slot, 0);
}

TEST_F(PublishedOrigins, AreRefusedWhenAnEntryNamesARowThatIsNotThere) {
  peer_.values[kNumRows] = 1;
  EXPECT_THROW((void)OpenOrigins(kConfig, 2, peer_).Entry(0), Error);  // row 1
  EXPECT_NO_THROW((void)OpenOrigins(kConfig, 2, peer_).Entry(1));
}

TEST_F(PublishedOrigins, AreRefusedWhenElementsLieApart) {
  peer_.values[kNumRows] = 1;
  peer_.values[kColStride] = 4;
  EXPECT_THROW((void)OpenOrigins(kConfig, 2, peer_), Error);
}

}  // namespace
}  // namespace ferry::moe
