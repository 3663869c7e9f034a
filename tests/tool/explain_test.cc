// Every rule has its words, and a mistyped id is answered with like ones.
#include "explain_command.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "contract.h"
#include "rule_list.h"

namespace ferry::tool {
namespace {

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string Refusal(const std::string& id) {
  try {
    return "explained: " + ExplainRule(id);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(Explain, EveryRuleHasWordsAReasonAndItsCode) {
  ASSERT_GT(AllRules().size(), 200U);
  for (const RuleInfo& rule : AllRules()) {
    const RuleText* text = TheContract().Find(rule.id);
    ASSERT_NE(text, nullptr) << rule.id;
    EXPECT_FALSE(text->must.empty()) << rule.id;
    EXPECT_EQ(text->code, std::to_string(static_cast<int>(rule.code))) << rule.id;
    const std::string why = TheContract().WhyOf(*text);
    EXPECT_GT(why.size(), 10U) << rule.id;
    EXPECT_NE(why.rfind("as `", 0), 0U) << rule.id << " refers to a rule without a reason";
    EXPECT_TRUE(Contains(ExplainRule(rule.id), rule.id)) << rule.id;
  }
}

TEST(Explain, EveryTextBelongsToARule) {
  EXPECT_EQ(TheContract().rules.size(), AllRules().size());
}

TEST(Explain, SaysWhatWhyWithWhichCodeAndWhere) {
  const std::string text = ExplainRule("dispatch-A3-33");
  EXPECT_TRUE(Contains(text, "expandXOut dim 0 must be at least tp' · A.")) << text;
  EXPECT_TRUE(Contains(text, "room for the most that can arrive")) << text;
  EXPECT_TRUE(Contains(text, "A = how many rows")) << text;
  EXPECT_TRUE(Contains(text, "SR = sharedExpertRankNum")) << text;  // the meaning of A uses it
  EXPECT_TRUE(Contains(text, "561002: a shape or value outside")) << text;
  EXPECT_TRUE(Contains(text, "docs/contract/dispatch.md, \"Sizes\"")) << text;
}

TEST(Explain, SaysWhichPhaseRefuses) {
  EXPECT_TRUE(Contains(ExplainRule("dispatch-A3-33"), "else      phase 1 returns 561002"));
  EXPECT_TRUE(Contains(ExplainRule("dispatch-A3-data-x"), "else      phase 2 returns 161001"));
  EXPECT_TRUE(
      Contains(ExplainRule("dispatch-A3-strict-36"), "with FERRY_STRICT=1 phase 1 returns"));
}

TEST(Explain, FollowsAReferenceToTheOtherOperator) {
  EXPECT_TRUE(Contains(ExplainRule("combine-A3-25"), "a token goes to K different experts"));
  EXPECT_TRUE(Contains(ExplainRule("combine-0-3"), "The code differs"));
}

TEST(Explain, TakesAnIdAsMessagesHaveIt) {
  EXPECT_EQ(ExplainRule("[dispatch-A3-30]"), ExplainRule("dispatch-A3-30"));
}

TEST(Explain, SuggestsIdsThatAreNear) {
  EXPECT_TRUE(Contains(Refusal("dispatch-A3-300"), "dispatch-A3-30"));
  EXPECT_TRUE(Contains(Refusal("dispach-A3-30"), "dispatch-A3-30"));
  EXPECT_TRUE(Contains(Refusal("dispatch-A3-40"), "did you mean dispatch-A3-40a, dispatch-A3-40b"));
  EXPECT_TRUE(Contains(Refusal("DISPATCH-a3-30"), "did you mean dispatch-A3-30"));
  EXPECT_TRUE(Contains(Refusal("nonsense"), "lists all"));
}

TEST(Explain, ListsEveryRule) {
  const std::string list = ListRules();
  for (const RuleInfo& rule : AllRules())
    EXPECT_TRUE(Contains(list, "  " + rule.id + " ")) << rule.id;
}

TEST(Contract, AReasonForNoRuleIsAnError) {
  Contract contract;
  EXPECT_THROW(
      ReadContract("x.md", "## S\n| `a-1` | be 1 | 561002 |\n- `a-2`: because.\n", contract),
      std::invalid_argument);
}

TEST(Contract, TheMostParticularReasonCounts) {
  Contract contract;
  ReadContract("x.md", "## S\n| `a-1`, `a-2` | be 1 | 561002 |\n- `a-2`: second.\n- `a-*`: all.\n",
               contract);
  EXPECT_EQ(contract.Find("a-1")->why, "all.");
  EXPECT_EQ(contract.Find("a-2")->why, "second.");
}

// A trailing "neither" reads as its opposite.
TEST(Explain, WhatHoldsWithoutTpIsSaidOfBothCases) {
  EXPECT_TRUE(Contains(ExplainRule("combine-A3-strict-13a"),
                       "tpSendCountsOptional must not be null, with or without TP."));
  EXPECT_FALSE(Contains(ListRules(), " neither\n"));
}

}  // namespace
}  // namespace ferry::tool
