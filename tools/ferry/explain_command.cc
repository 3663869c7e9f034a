#include "explain_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "contract.h"
#include "rule_list.h"

namespace ferry::tool {
namespace {

constexpr std::size_t kIndent = 10;
constexpr std::size_t kWidth = 100;

// `text` in lines of at most kWidth, all but the first indented. Counts bytes: the few letters
// beyond ASCII make a line a little shorter.
std::string Wrap(const std::string& text) {
  std::string lines;
  std::size_t column = kIndent;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::size_t length = end - at;
    if (column > kIndent && column + 1 + length > kWidth) {
      lines += '\n' + std::string(kIndent, ' ');
      column = kIndent;
    } else if (column > kIndent) {
      lines += ' ';
      ++column;
    }
    lines.append(text, at, length);
    column += length;
    at = end + 1;
  }
  return lines;
}

std::string Line(const char* label, const std::string& text) {
  return fmt::format("{:<{}}{}\n", label, kIndent, Wrap(text));
}

// Who refuses, and when.
const char* RefuserOf(ops::Demand demand) {
  switch (demand) {
    case ops::Demand::kFerry:
      break;
    case ops::Demand::kLaunch:
      return "phase 2";
    case ops::Demand::kDevice:
      return "accepted here, refused by the device; with FERRY_STRICT=1 phase 1";
    case ops::Demand::kDocument:
      return "accepted here, outside the interface document; with FERRY_STRICT=1 phase 1";
  }
  return "phase 1";
}

const RuleInfo& FindRule(const std::string& id) {
  const auto& rules = AllRules();
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const RuleInfo& rule) { return rule.id == id; });
  if (found != rules.end()) return *found;
  const auto like = RulesLike(id);
  throw std::invalid_argument(
      like.empty() ? fmt::format("no rule '{}'; `ferry explain` alone lists all", id)
                   : fmt::format("no rule '{}'; did you mean {}?", id, fmt::join(like, ", ")));
}

}  // namespace

std::string ExplainRule(std::string id) {
  if (id.size() > 2 && id.front() == '[' && id.back() == ']') id = id.substr(1, id.size() - 2);
  const RuleInfo& rule = FindRule(id);
  const Contract& contract = TheContract();
  const RuleText* text = contract.Find(id);
  if (text == nullptr) throw std::logic_error(fmt::format("no text for rule {}", id));
  std::string said =
      fmt::format("{}\n{}", id, Line("", fmt::format("{} must {}.", rule.parameter, text->must)));
  said += Line("why", contract.WhyOf(*text));
  const char* label = "where";
  for (const Symbol& symbol : contract.SymbolsIn(text->must)) {
    said += Line(label, fmt::format("{} = {}", symbol.name, symbol.meaning));
    label = "";
  }
  said += Line("else", fmt::format("{} returns {}: {}", RefuserOf(rule.demand),
                                   static_cast<int>(rule.code), MeaningOf(rule.code)));
  return said + Line("see", fmt::format("{}, \"{}\"", text->document, text->section));
}

std::string ListRules() {
  std::string list;
  std::string section;
  for (const RuleText& rule : TheContract().rules) {
    const std::string head = fmt::format("{}: {}", rule.document, rule.section);
    if (head != section) list += fmt::format("{}{}\n", section.empty() ? "" : "\n", head);
    section = head;
    const auto& rules = AllRules();
    const auto row = std::find_if(rules.begin(), rules.end(),
                                  [&](const RuleInfo& info) { return info.id == rule.id; });
    if (row != rules.end())
      list += fmt::format("  {:<34} {} must {}\n", rule.id, row->parameter, rule.must);
  }
  return list;
}

void AddExplainCommand(CLI::App& app, int& status) {
  const auto id = std::make_shared<std::string>();
  CLI::App* explain =
      app.add_subcommand("explain", "What a rule demands and why, by the id in a message");
  explain->add_option("RULE-ID", *id, "As a message ends: dispatch-A3-30; without it, all rules");
  explain->footer("Exit status: 0 explained; 2 no such rule.");
  explain->callback([id, &status] {
    try {
      fmt::print("{}", id->empty() ? ListRules() : ExplainRule(*id));
    } catch (const std::exception& error) {
      fmt::print(stderr, "ferry explain: {}\n", error.what());
      status = 2;
    }
  });
}

}  // namespace ferry::tool
