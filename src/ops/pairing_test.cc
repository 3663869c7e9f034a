#include "ops/pairing.h"

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

std::string Judge(const std::string& group, std::uint64_t fingerprint, const RoutedIds& ids) {
  return OtherIdsThanDispatched({group, 1}, fingerprint, ids);
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

TEST(Pairing, AcceptsEqualIdsAndIgnoresThoseBehindTheMask) {
  RememberDispatch({"accepts", 1}, 7, Routed({0, 1, 2, 3}, {1, 1, 1, 0}));
  EXPECT_EQ(Judge("accepts", 7, Routed({0, 1, 2, 99}, {1, 1, 1, 0})), "");
}

TEST(Pairing, NamesTheFirstOtherId) {
  RememberDispatch({"ids", 1}, 7, Routed({0, 1, 2, 3}));
  EXPECT_EQ(Judge("ids", 7, Routed({0, 1, 2, 4})),
            "rank 1 token 1 k 1: expertIds has 4, and had 3 in the dispatch; combine needs the "
            "expertIds and xActiveMask of the dispatch that gave it assistInfoForCombine "
            "(FERRY_STRICT=1)");
}

TEST(Pairing, NamesTheFirstOtherFlagOfTheMask) {
  RememberDispatch({"mask", 1}, 7, Routed({0, 1, 2, 3}, {1, 1, 1, 0}));
  EXPECT_NE(Judge("mask", 7, Routed({0, 1, 2, 3}))
                .find("token 1 k 1: xActiveMask has it active, and had it masked off"),
            std::string::npos);
}

TEST(Pairing, NamesAnotherShape) {
  RememberDispatch({"shape", 1}, 7, Routed({0, 1, 2, 3}));
  EXPECT_NE(Judge("shape", 7, Routed({0, 1})).find("expertIds is [1, 2], and was [2, 2]"),
            std::string::npos);
}

TEST(Pairing, AnyDispatchWithTheSameTriplesWillDo) {
  RememberDispatch({"any", 1}, 7, Routed({0, 1}));
  RememberDispatch({"any", 1}, 7, Routed({2, 3}));
  EXPECT_EQ(Judge("any", 7, Routed({0, 1})), "");
  EXPECT_EQ(Judge("any", 7, Routed({2, 3})), "");
}

TEST(Pairing, DoesNotJudgeTriplesOfNoDispatch) {
  RememberDispatch({"other", 1}, 7, Routed({0, 1}));
  EXPECT_EQ(Judge("other", 8, Routed({2, 3})), "");
}

TEST(Fingerprint, IsOfTheContentsUpToTheReceivedRows) {
  const moe::MoeConfig config = {.ep_size = 2, .num_experts = 2, .top_k = 1};
  const Ids counts = {1, 2};
  const Ids triples = {0, 0, 0, 1, 0, 0};
  Ids longer = triples;
  longer.push_back(9);  // behind the rows
  Ids other = triples;
  other[3] = 0;
  const auto of = [&](const Ids& assist, const Ids& totals) {
    const Vector<const std::int32_t> a{assist.data(), static_cast<std::int64_t>(assist.size()), 1};
    const Vector<const std::int32_t> t{totals.data(), static_cast<std::int64_t>(totals.size()), 1};
    return FingerprintOf(config, 0, {a, t});
  };
  EXPECT_TRUE(of(triples, counts).has_value());
  EXPECT_EQ(of(triples, counts), of(longer, counts));
  EXPECT_NE(of(triples, counts), of(other, counts));
  EXPECT_FALSE(of(triples, {1, 3}).has_value());
  EXPECT_FALSE(of(triples, {1, -1}).has_value());
}

}  // namespace
}  // namespace ferry::ops
