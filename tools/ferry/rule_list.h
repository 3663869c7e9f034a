// All rules of both operators, without their calls.
#ifndef FERRY_TOOLS_FERRY_RULE_LIST_H_
#define FERRY_TOOLS_FERRY_RULE_LIST_H_

#include <string>
#include <vector>

#include "base/error.h"
#include "ops/rule.h"

namespace ferry::tool {

struct RuleInfo {
  std::string id;
  std::string parameter;
  Code code = Code::kOk;
  ops::Demand demand = ops::Demand::kFerry;
};

// Dispatch, then combine, each in the order in which they are tried.
[[nodiscard]] const std::vector<RuleInfo>& AllRules();

// What a code of a refusal means: "a shape or value outside the product's limits".
[[nodiscard]] const char* MeaningOf(Code code);

// Ids like `id`, the likeliest first: those that begin so, then those with few letters changed.
[[nodiscard]] std::vector<std::string> RulesLike(const std::string& id);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_RULE_LIST_H_
