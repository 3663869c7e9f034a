#include "ops/routed_ids.h"

#include <gtest/gtest.h>

namespace ferry::ops {
namespace {

using Ids = std::vector<std::int32_t>;
using Flags = std::vector<std::uint8_t>;

constexpr std::int64_t kTopK = 2;

RoutedIds Routed(const Ids& ids, const Flags& per_pair = {}) {
  const auto rows = static_cast<std::int64_t>(ids.size()) / kTopK;
  moe::ActiveMask mask;
  if (!per_pair.empty()) mask = moe::ActiveMask::PerPair({per_pair.data(), rows, kTopK, kTopK, 1});
  return ReadRoutedIds({ids.data(), rows, kTopK, kTopK, 1}, mask);
}

TEST(DistinctIds, NameTokenExpertAndPlaces) {
  EXPECT_EQ(DuplicateId(Routed({0, 1, 4, 4}), 5, 2),
            "rank 2 token 1: expertIds has expert 4 twice, at k 0 and k 1; the experts of a token "
            "must differ (FERRY_STRICT=1)");
}

TEST(DistinctIds, AreNotAskedForBehindAMask) {
  EXPECT_EQ(DuplicateId(Routed({0, 1, 4, 4}, {1, 1, 1, 0}), 5, 2), "");
}

TEST(DistinctIds, LeaveWhatIsOutOfRangeToTheOperator) {
  EXPECT_EQ(DuplicateId(Routed({-1, -1, 7, 7}), 5, 2), "");
}

TEST(DifferenceOfIds, IsNoneBehindTheMask) {
  EXPECT_EQ(DifferenceOf(Routed({0, 1, 2, 99}, {1, 1, 1, 0}), Routed({0, 1, 2, 3}, {1, 1, 1, 0})),
            "");
}

TEST(DifferenceOfIds, NamesTheFirstOtherId) {
  EXPECT_EQ(DifferenceOf(Routed({0, 1, 2, 4}), Routed({0, 1, 2, 3})),
            "token 1 k 1: expertIds has 4, and had 3 in the dispatch");
}

TEST(DifferenceOfIds, NamesTheFirstOtherFlagOfTheMask) {
  EXPECT_EQ(DifferenceOf(Routed({0, 1, 2, 3}), Routed({0, 1, 2, 3}, {1, 1, 1, 0})),
            "token 1 k 1: xActiveMask has it active, and had it masked off in the dispatch");
}

TEST(DifferenceOfIds, NamesAnotherShape) {
  EXPECT_EQ(DifferenceOf(Routed({0, 1}), Routed({0, 1, 2, 3})),
            "expertIds is [1, 2], and was [2, 2] in the dispatch");
}

// Tokens without a row leave nothing behind by which two dispatches could be told apart.
TEST(DifferenceOfIds, IsNoneIfOnlyMaskedTokensAreMore) {
  EXPECT_EQ(DifferenceOf(Routed({0, 1}), Routed({0, 1, 2, 3}, {1, 1, 0, 0})), "");
}

}  // namespace
}  // namespace ferry::ops
