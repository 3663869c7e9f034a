// One check of the specification as one row, and what to do with a table of them.
//
// Each phase stops at the first of its rows that fails; `ferry check` shows all of them; the
// wrong-call tests are derived from the same rows. A row may be evaluated on any arguments
// whatever, also where an earlier row failed: it must not crash, divide by zero or overflow.
#ifndef FERRY_OPS_RULE_H_
#define FERRY_OPS_RULE_H_

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace ferry::ops {

// Who asks for what a row says, and when.
enum class Demand : std::uint8_t {
  kFerry,     // every call must hold it
  kLaunch,    // every call by phase 2; phase 1 does not ask, as addresses may come in between
  kDevice,    // CANN's operators refuse the call, Ferry only with FERRY_STRICT=1
  kDocument,  // the interface document excludes the call, the device takes it; likewise
};

// `Call` is the arguments of one operator. A row over a base of Call converts to a row over Call.
template <class Call>
struct Rule {
  using Predicate = std::function<bool(const Call&)>;
  using Text = std::function<std::string(const Call&)>;

  std::string id;         // `dispatch-A3-30`: operator, product or stage, number in the spec
  std::string parameter;  // as in the C API: `expertIds dim 1 (K)`
  Code code = Code::kTiling;
  Predicate holds;
  Text value;         // what the caller passed
  Text allowed;       // what it must do: `be in [1, 16]`
  Predicate applies;  // empty: always. Else the row is skipped where this is false
  Demand demand = Demand::kFerry;

  template <std::derived_from<Call> Derived>
  operator Rule<Derived>() const {  // NOLINT(google-explicit-constructor): tables mix both
    return {id, parameter, code, holds, value, allowed, applies, demand};
  }
};

template <class Call>
using Rules = std::vector<Rule<Call>>;

// An `allowed` or `value` that does not depend on the call.
inline auto Always(std::string text) {
  return [text = std::move(text)](const auto&) { return text; };
}

enum class Verdict : std::uint8_t { kHolds, kFails, kDoesNotApply };

template <class Call>
[[nodiscard]] Verdict Evaluate(const Rule<Call>& rule, const Call& call) {
  if (rule.applies && !rule.applies(call)) return Verdict::kDoesNotApply;
  return rule.holds(call) ? Verdict::kHolds : Verdict::kFails;
}

// Behind what a row demands: whom or when it concerns, when that is not everybody in phase 1.
[[nodiscard]] inline const char* NoteOn(Demand demand) {
  switch (demand) {
    case Demand::kFerry:
      break;
    case Demand::kLaunch:
      return " when phase 2 is called";
    case Demand::kDevice:
      return " on the device (FERRY_STRICT=1)";
    case Demand::kDocument:
      return " by the interface document (FERRY_STRICT=1)";
  }
  return "";
}

// The sentence of a failed row. The one place where it is built.
template <class Call>
[[nodiscard]] std::string Message(const Rule<Call>& rule, const Call& call) {
  return fmt::format("{} is {}; must {}{} [{}]", rule.parameter, rule.value(call),
                     rule.allowed(call), NoteOn(rule.demand), rule.id);
}

// The first row of phase 1 that fails, or null. Rows that only others demand count when `strict`.
template <class Call>
[[nodiscard]] const Rule<Call>* FirstFailure(const Rules<Call>& rules, const Call& call,
                                             bool strict = false) {
  for (const Rule<Call>& rule : rules) {
    const bool counts = rule.demand == Demand::kFerry || (strict && rule.demand != Demand::kLaunch);
    if (counts && Evaluate(rule, call) == Verdict::kFails) return &rule;
  }
  return nullptr;
}

// The first row that phase 2 adds and that fails, or null.
template <class Call>
[[nodiscard]] const Rule<Call>* FirstFailureAtLaunch(const Rules<Call>& rules, const Call& call) {
  for (const Rule<Call>& rule : rules) {
    if (rule.demand == Demand::kLaunch && Evaluate(rule, call) == Verdict::kFails) return &rule;
  }
  return nullptr;
}

template <class Call>
void Append(Rules<Call>& rules, const Rules<Call>& more) {
  rules.insert(rules.end(), more.begin(), more.end());
}

}  // namespace ferry::ops

#endif  // FERRY_OPS_RULE_H_
