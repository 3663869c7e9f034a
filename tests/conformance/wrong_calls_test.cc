// Every check of the operators from both sides, through the C API: a call just inside its row is
// accepted, a call just outside is refused by exactly this row, and the row's group works
// afterwards.
//
// A row that only the device or the document asks for refuses with FERRY_STRICT=1 and accepts
// without; this program is run both ways. A row of phase 2 lets a call pass phase 1.
//
// The rows come from the library's own tables, so a new row fails the test until it is tried here.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include "base/env.h"
#include "ops/combine_rules.h"
#include "ops/dispatch_rules.h"
#include "ops/stage_codes_for_tests.h"
#include "wrong_calls_bench.h"
#include "wrong_calls_probe.h"

namespace ferry::conformance {
namespace {

// Rows about FERRY_PRODUCT, which is read once a process: wrong_calls_product_test.cc.
bool IsAboutProduct(const std::string& id) {
  return id.ends_with("-2-product") || id.ends_with("-2-later-A2");
}

template <class Call>
const ops::Rule<Call>* FindRow(const ops::Rules<Call>& rows, const std::string& id) {
  const auto it =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.id == id; });
  return it == rows.end() ? nullptr : &*it;
}

::testing::AssertionResult Holds(const std::string& message, const std::string& part) {
  if (message.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "no '" << part << "' in: " << message;
}

template <class Call>
void ExpectRefusal(const ops::Rule<Call>& row, const Answer& answer) {
  EXPECT_EQ(answer.code, ops::testing::CodeOfStage(row.id)) << answer.message;
  EXPECT_TRUE(Holds(answer.message, "[" + row.id + "]"));
  EXPECT_TRUE(Holds(answer.message, ": " + row.parameter + " is "));
}

bool IsStrict(ops::Demand demand) {
  return demand == ops::Demand::kDevice || demand == ops::Demand::kDocument;
}

// Whether the answer is the refusal by a row that counts with FERRY_STRICT=1 alone.
template <class Call>
bool IsOfAStrictRow(const ops::Rules<Call>& rows, const Answer& answer) {
  return std::any_of(rows.begin(), rows.end(), [&](const ops::Rule<Call>& row) {
    return IsStrict(row.demand) && answer.message.find("[" + row.id + "]") != std::string::npos;
  });
}

template <class Args, class Call>
void TryRow(const Bench& bench, const Probe<Args>& probe, const ops::Rules<Call>& rows) {
  const ops::Rule<Call>* row = FindRow(rows, probe.id);
  ASSERT_NE(row, nullptr) << "no such row";

  Args inside = bench.Base<Args>(probe.base);
  if (probe.inside) probe.inside(inside);
  const Answer accepted = Ask(inside);
  if (env::Strict() && IsOfAStrictRow(rows, accepted)) {
    // Inside this row, outside of one that only the device or the document asks for.
  } else if (probe.inside_reaches.empty()) {
    EXPECT_EQ(accepted.code, 0) << accepted.message;
    EXPECT_EQ(accepted.message, "");
  } else {
    const ops::Rule<Call>* reached = FindRow(rows, probe.inside_reaches);
    ASSERT_NE(reached, nullptr) << probe.inside_reaches;
    ExpectRefusal(*reached, accepted);
  }

  Args outside = bench.Base<Args>(probe.base);
  probe.outside(outside);
  const bool at_launch = row->demand == ops::Demand::kLaunch;
  if (at_launch || (IsStrict(row->demand) && !env::Strict())) {
    const Answer passed = Ask(outside);
    EXPECT_EQ(passed.code, accepted.code) << passed.message;
    if (!at_launch || passed.code != 0) return;
  }
  const Answer refused = Ask(outside, at_launch ? Phase::kSecond : Phase::kFirst);
  ExpectRefusal(*row, refused);
  EXPECT_TRUE(Holds(refused.message, probe.value));
  EXPECT_TRUE(Holds(refused.message, probe.range));
}

class WrongCalls : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { bench_ = std::make_unique<Bench>(); }
  static void TearDownTestSuite() { bench_.reset(); }

  template <class Args, class Call>
  void TryAll(const Probes<Args>& probes, const ops::Rules<Call>& rows) {
    for (const Probe<Args>& probe : probes) {
      SCOPED_TRACE(probe.id + ", outside " + probe.value);
      TryRow(*bench_, probe, rows);
      bench_->ExpectGroupWorks(probe.base);
    }
  }

  template <class Args, class Call>
  void ExpectAllTried(const Probes<Args>& probes, const ops::Rules<Call>& rows) {
    std::set<std::string> tried;
    for (const Probe<Args>& probe : probes) tried.insert(probe.id);
    for (const ops::Rule<Call>& row : rows) {
      if (IsAboutProduct(row.id)) continue;
      EXPECT_TRUE(tried.contains(row.id)) << "row " << row.id << " is not tried";
    }
  }

  static std::unique_ptr<Bench> bench_;
};

std::unique_ptr<Bench> WrongCalls::bench_;

TEST_F(WrongCalls, EveryRowOfDispatchHasACallOnEachSide) {
  ExpectAllTried(DispatchProbes(*bench_), ops::DispatchRules());
}

TEST_F(WrongCalls, EveryRowOfCombineHasACallOnEachSide) {
  ExpectAllTried(CombineProbes(*bench_), ops::CombineRules());
}

TEST_F(WrongCalls, DispatchRefusesJustOutsideAndAcceptsJustInside) {
  TryAll(DispatchProbes(*bench_), ops::DispatchRules());
}

TEST_F(WrongCalls, CombineRefusesJustOutsideAndAcceptsJustInside) {
  TryAll(CombineProbes(*bench_), ops::CombineRules());
}

}  // namespace
}  // namespace ferry::conformance
