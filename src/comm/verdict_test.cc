#include "comm/verdict.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "comm/publication.h"

namespace ferry::comm {
namespace {

class FindCauseOf : public ::testing::Test {
 protected:
  void Publish(std::int32_t rank, std::vector<Attribute> attributes, Cause cause = Cause::kNone,
               std::string failure = "") {
    Record record;
    record.attributes = std::move(attributes);
    record.cause = cause;
    record.failure = std::move(failure);
    WriteRecord(*board_, rank, 1, record, SharedParts{});
  }

  const std::shared_ptr<Board> board_ = Board::Create("g", 3);
};

TEST_F(FindCauseOf, AgreeingRecordsIsEmpty) {
  for (std::int32_t r = 0; r < 3; ++r) Publish(r, {{"globalBs", "64"}});
  EXPECT_EQ(FindCause(*board_, 1), "");
}

TEST_F(FindCauseOf, SeveralDifferencesIsTheFirstParameterAndItsLowestRank) {
  Publish(0, {{"moeExpertNum", "7"}, {"globalBs", "64"}});
  Publish(1, {{"moeExpertNum", "7"}, {"globalBs", "32"}});
  Publish(2, {{"moeExpertNum", "8"}, {"globalBs", "64"}});
  EXPECT_EQ(FindCause(*board_, 1), "parameter moeExpertNum differs: rank 0 has 7, rank 2 has 8");
}

TEST_F(FindCauseOf, AParameterThatOneRankLacksSaysSo) {
  Publish(0, {{"operator", "a"}, {"globalBs", "64"}});
  Publish(1, {{"operator", "a"}});
  Publish(2, {{"operator", "a"}, {"globalBs", "64"}});
  EXPECT_EQ(FindCause(*board_, 1),
            "parameter globalBs differs: rank 0 has 64, rank 1 has no such parameter");
}

TEST_F(FindCauseOf, AParameterThatRank0LacksSaysSo) {
  Publish(0, {});
  Publish(1, {});
  Publish(2, {{"globalBs", "64"}});
  EXPECT_EQ(FindCause(*board_, 1),
            "parameter globalBs differs: rank 0 has no such parameter, rank 2 has 64");
}

TEST_F(FindCauseOf, OwnFailuresIsExpertIdsFirstThenTheLowestRank) {
  Publish(0, {}, Cause::kOther, "rank 0 row 1: bad");
  Publish(1, {}, Cause::kExpertId, "rank 1 token 5 k 1: expert id 9 outside [0, 7)");
  Publish(2, {}, Cause::kExpertId, "rank 2 token 0 k 0: expert id 8 outside [0, 7)");
  EXPECT_EQ(FindCause(*board_, 1), "rank 1 token 5 k 1: expert id 9 outside [0, 7)");
}

TEST_F(FindCauseOf, TheRecordsOfTheCallBeforeDoNotCount) {
  for (std::int32_t r = 0; r < 3; ++r) Publish(r, {}, Cause::kOther, "old");
  for (std::int32_t r = 0; r < 3; ++r) WriteRecord(*board_, r, 3, Record{}, SharedParts{});
  EXPECT_EQ(FindCause(*board_, 3), "");
}

TEST(FailureSentence, NamesOperatorNumberGroupAndCause) {
  EXPECT_EQ(
      FailureSentence("aclnnMoeDistributeDispatchV2", 3, "ep0",
                      "rank(s) 3, 5 did not arrive within 1836 s"),
      "aclnnMoeDistributeDispatchV2 call 3 on group \"ep0\" failed: rank(s) 3, 5 did not arrive "
      "within 1836 s");
}

}  // namespace
}  // namespace ferry::comm
