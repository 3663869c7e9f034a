// docs/contract, read: every rule in words. The documents are built into the tool, so that a rule's
// words stand in one place.
#ifndef FERRY_TOOLS_FERRY_CONTRACT_H_
#define FERRY_TOOLS_FERRY_CONTRACT_H_

#include <string>
#include <string_view>
#include <vector>

namespace ferry::tool {

struct RuleText {
  std::string id;
  std::string must;      // "be 1 to 16 and at most E"
  std::string code;      // as documented: "561002"
  std::string document;  // "docs/contract/dispatch.md"
  std::string section;   // "Sizes"
  std::string why;       // may be "as `other-id`."
};

struct Symbol {
  std::string name;     // "Bs"
  std::string meaning;  // "tokens of this rank"
};

struct Contract {
  std::vector<RuleText> rules;  // in the order of the documents
  std::vector<Symbol> symbols;

  // Null if there is none.
  [[nodiscard]] const RuleText* Find(std::string_view id) const;

  // Why the rule is there. Where its text refers to that of another rule, that one's.
  [[nodiscard]] std::string WhyOf(const RuleText& rule) const;

  // Those that `text` uses, in the order of the table, and those that their meanings use.
  [[nodiscard]] std::vector<Symbol> SymbolsIn(const std::string& text) const;
};

// Adds what a document says. Throws std::invalid_argument when a reason is given for no rule.
//
//   ## Section
//   | `id`, `id` | argument | must | code |        (the argument may be missing)
//   - `id`, `id-prefix*`: why.
//   | symbol | meaning |                           rows under this head
void ReadContract(const std::string& name, const std::string& text, Contract& contract);

// Both documents of this build.
[[nodiscard]] const Contract& TheContract();

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_CONTRACT_H_
