#include "ops/rule.h"

#include <gtest/gtest.h>

#include <string>

namespace ferry::ops {
namespace {

struct Shape {
  int sides = 0;
  bool closed = true;
};
struct Polygon : Shape {};

Rule<Shape> SidesAtLeast(std::string id, int least) {
  return {std::move(id),
          "sides",
          Code::kTiling,
          [least](const Shape& shape) { return shape.sides >= least; },
          [](const Shape& shape) { return std::to_string(shape.sides); },
          Always("be at least " + std::to_string(least)),
          [](const Shape& shape) { return shape.closed; }};
}

TEST(Rule, TheFirstFailingRowDecides) {
  const Rules<Shape> rules = {SidesAtLeast("a", 1), SidesAtLeast("b", 3), SidesAtLeast("c", 4)};
  const Rule<Shape>* failure = FirstFailure(rules, Shape{.sides = 2});
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->id, "b");
  EXPECT_EQ(FirstFailure(rules, Shape{.sides = 4}), nullptr);
}

TEST(Rule, RowsThatDoNotApplyAreSkipped) {
  const Rules<Shape> rules = {SidesAtLeast("a", 3)};
  EXPECT_EQ(Evaluate(rules[0], Shape{.sides = 2, .closed = false}), Verdict::kDoesNotApply);
  EXPECT_EQ(FirstFailure(rules, Shape{.sides = 2, .closed = false}), nullptr);
}

TEST(Rule, TheSentenceHoldsParameterValueRangeAndId) {
  EXPECT_EQ(Message(SidesAtLeast("a-3", 3), Shape{.sides = 2}),
            "sides is 2; must be at least 3 [a-3]");
}

TEST(Rule, WhatOnlyTheDeviceDemandsCountsWhenStrict) {
  Rules<Shape> rules = {SidesAtLeast("a", 3), SidesAtLeast("b", 1)};
  rules[0].demand = Demand::kDevice;
  EXPECT_EQ(FirstFailure(rules, Shape{.sides = 2}), nullptr);
  ASSERT_EQ(FirstFailure(rules, Shape{.sides = 2}, true), rules.data());
  EXPECT_EQ(Message(rules[0], Shape{.sides = 2}),
            "sides is 2; must be at least 3 on the device (FERRY_STRICT=1) [a]");
  EXPECT_EQ(FirstFailure(rules, Shape{.sides = 0})->id, "b");
}

TEST(Rule, WhatPhaseTwoAddsCountsInPhaseTwoAlone) {
  Rules<Shape> rules = {SidesAtLeast("a", 3), SidesAtLeast("b", 1)};
  rules[0].demand = Demand::kLaunch;
  EXPECT_EQ(FirstFailure(rules, Shape{.sides = 2}), nullptr);
  EXPECT_EQ(FirstFailure(rules, Shape{.sides = 2}, true), nullptr);
  EXPECT_EQ(FirstFailure(rules, Shape{.sides = 0})->id, "b");
  ASSERT_EQ(FirstFailureAtLaunch(rules, Shape{.sides = 0}), rules.data());
  EXPECT_EQ(FirstFailureAtLaunch(rules, Shape{.sides = 3}), nullptr);
  EXPECT_EQ(Message(rules[0], Shape{.sides = 2}),
            "sides is 2; must be at least 3 when phase 2 is called [a]");
}

TEST(Rule, ARowOverABaseServesItsDerivedCalls) {
  const Rules<Polygon> rules = {SidesAtLeast("a", 3)};
  Polygon polygon;
  polygon.sides = 2;
  EXPECT_EQ(Evaluate(rules[0], polygon), Verdict::kFails);
  Rule<Shape> always = SidesAtLeast("b", 3);
  always.applies = {};
  const Rule<Polygon> converted = always;
  polygon.closed = false;
  EXPECT_EQ(Evaluate(converted, polygon), Verdict::kFails);
}

}  // namespace
}  // namespace ferry::ops
