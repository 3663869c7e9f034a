#include "rule_list.h"

#include <algorithm>
#include <cctype>
#include <numeric>

#include "ops/combine_rules.h"
#include "ops/dispatch_rules.h"

namespace ferry::tool {
namespace {

template <class Call>
void Append(std::vector<RuleInfo>& list, const ops::Rules<Call>& rules) {
  for (const auto& rule : rules) list.push_back({rule.id, rule.parameter, rule.code, rule.demand});
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// Letters to add, drop or change to make one text the other (Levenshtein).
std::size_t Distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

const std::vector<RuleInfo>& AllRules() {
  static const std::vector<RuleInfo> list = [] {
    std::vector<RuleInfo> both;
    Append(both, ops::DispatchRules());
    Append(both, ops::CombineRules());
    return both;
  }();
  return list;
}

const char* MeaningOf(Code code) {
  switch (code) {
    case Code::kParamNullptr:
      return "a mandatory argument is null";
    case Code::kParamInvalid:
      return "a handle, name or data type that the operator does not take";
    case Code::kRuntimeError:
      return "no such communicator here";
    case Code::kTiling:
      return "a shape or value outside the product's limits";
    default:
      return "no code of a refusal";
  }
}

std::vector<std::string> RulesLike(const std::string& id) {
  constexpr std::size_t kMost = 12;
  const std::string wanted = Lower(id);
  std::vector<std::string> ids;
  for (const RuleInfo& rule : AllRules()) {
    if (!wanted.empty() && Lower(rule.id).rfind(wanted, 0) == 0) ids.push_back(rule.id);
  }
  if (!ids.empty()) {
    ids.resize(std::min(ids.size(), kMost));
    return ids;
  }
  constexpr std::size_t kFarthest = 4;
  for (std::size_t distance = 0; distance <= kFarthest && ids.size() < 3; ++distance) {
    for (const RuleInfo& rule : AllRules()) {
      if (Distance(Lower(rule.id), wanted) == distance) ids.push_back(rule.id);
    }
  }
  ids.resize(std::min<std::size_t>(ids.size(), 3));
  return ids;
}

}  // namespace ferry::tool
