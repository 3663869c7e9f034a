#include "ops/pairing.h"

#include <gtest/gtest.h>

namespace ferry::ops {
namespace {

using Words = std::vector<std::int32_t>;

TEST(DispatchHistory, FindsEveryEarlierDispatchThatLeftTheseRows) {
  DispatchHistory history;
  history.Remember(1, 7, {});
  history.Remember(2, 8, {});
  history.Remember(4, 7, {});
  EXPECT_EQ(history.DispatchesOf(7, 5), 0b1001U);  // calls 4 and 1
  EXPECT_EQ(history.DispatchesOf(8, 5), 0b0100U);
  EXPECT_EQ(history.DispatchesOf(7, 4), 0b0100U) << "of earlier calls alone";
  EXPECT_EQ(history.DispatchesOf(9, 5), 0U);
  EXPECT_EQ(LatestOf(0b1001, 5), 4U);
  EXPECT_EQ(LatestOf(0b1000, 5), 1U);
}

TEST(DispatchHistory, KeepsTheIdsOfEachDispatch) {
  DispatchHistory history;
  RoutedIds ids;
  ids.num_tokens = 3;
  history.Remember(1, 7, ids);
  ids.num_tokens = 5;
  history.Remember(2, 7, ids);
  EXPECT_EQ(history.IdsOf(1)->num_tokens, 3);
  EXPECT_EQ(history.IdsOf(2)->num_tokens, 5);
  EXPECT_EQ(history.IdsOf(3), nullptr);
}

TEST(DispatchHistory, ForgetsWhatNoLaterCallCanName) {
  DispatchHistory history;
  history.Remember(1, 7, {});
  history.Remember(kEarlierCalls, 8, {});
  EXPECT_EQ(history.DispatchesOf(7, kEarlierCalls + 1), EarlierCalls{1} << (kEarlierCalls - 1));
  EXPECT_EQ(history.DispatchesOf(7, kEarlierCalls + 2), 0U);
  history.Remember(kEarlierCalls + 1, 8, {});
  EXPECT_EQ(history.IdsOf(1), nullptr);
  EXPECT_NE(history.IdsOf(kEarlierCalls), nullptr);
}

TEST(DispatchHistory, IsOfAHandleAndNotOfAName) {
  const auto join = [] {
    return std::make_shared<comm::Member>(comm::Board::Create("again", 1), 0, 0,
                                          comm::MemberOptions());
  };
  auto first = join();
  const auto second = join();
  HistoryOf(first)->Remember(1, 7, {});
  EXPECT_EQ(HistoryOf(first)->DispatchesOf(7, 2), 1U);
  EXPECT_EQ(HistoryOf(second)->DispatchesOf(7, 2), 0U);
  ForgetHistory(first);
  EXPECT_EQ(HistoryOf(first)->DispatchesOf(7, 2), 0U) << "destroyed";
  std::weak_ptr<DispatchHistory> late = HistoryOf(first);
  first.reset();
  (void)HistoryOf(second);
  EXPECT_TRUE(late.expired()) << "of a call that ended after its handle";
}

TEST(Fingerprint, IsOfTheContentsUpToTheReceivedRows) {
  const moe::MoeConfig config = {.ep_size = 2, .num_experts = 2, .top_k = 1};
  const Words counts = {1, 2};
  const Words triples = {0, 0, 0, 1, 0, 0};
  Words longer = triples;
  longer.push_back(9);  // behind the rows
  Words other = triples;
  other[3] = 0;
  const auto of = [&](const Words& assist, const Words& totals) {
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
