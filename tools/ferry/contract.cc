#include "contract.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "contract_text.h"  // kDispatchContract, kCombineContract, generated from docs/contract

namespace ferry::tool {
namespace {

std::string Trim(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

// The cells of `| a | b |`.
std::vector<std::string> CellsOf(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line.substr(1));
  for (std::string cell; std::getline(stream, cell, '|');) cells.push_back(Trim(cell));
  return cells;
}

// What stands between backticks.
std::vector<std::string> QuotedIn(const std::string& text) {
  std::vector<std::string> quoted;
  for (std::size_t at = text.find('`'); at != std::string::npos; at = text.find('`', at)) {
    const std::size_t end = text.find('`', at + 1);
    if (end == std::string::npos) break;
    quoted.push_back(text.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return quoted;
}

bool Matches(const std::string& pattern, const std::string& id) {
  if (pattern.back() != '*') return pattern == id;
  return id.compare(0, pattern.size() - 1, pattern, 0, pattern.size() - 1) == 0;
}

// A document on its way into a Contract.
class Reader {
 public:
  Reader(std::string name, Contract& contract) : name_(std::move(name)), contract_(contract) {}

  void Read(const std::string& text) {
    first_ = contract_.rules.size();
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) ReadLine(line);
    GiveReasons();
  }

 private:
  struct Reason {
    std::string pattern;
    std::string text;
  };

  void ReadLine(const std::string& line) {
    if (line.rfind("## ", 0) == 0) {
      section_ = line.substr(3);
    } else if (line.rfind("| symbol |", 0) == 0) {
      in_symbols_ = true;
    } else if (line.rfind('|', 0) != 0) {
      in_symbols_ = false;
    }
    if (line.rfind("| `", 0) == 0) AddRules(CellsOf(line));
    if (in_symbols_ && line.rfind("| symbol |", 0) != 0 && line.rfind("|--", 0) != 0) {
      const auto cells = CellsOf(line);
      contract_.symbols.push_back({cells.at(0), cells.at(1)});
    }
    if (line.rfind("- `", 0) == 0) AddReasons(line.substr(2));
  }

  void AddRules(const std::vector<std::string>& cells) {
    if (cells.size() < 3) return;
    for (const std::string& id : QuotedIn(cells[0])) {
      contract_.rules.push_back({.id = id,
                                 .must = cells[cells.size() - 2],
                                 .code = cells.back(),
                                 .document = name_,
                                 .section = section_,
                                 .why = ""});
    }
  }

  void AddReasons(const std::string& line) {
    const std::size_t colon = line.find("`: ");
    if (colon == std::string::npos) return;
    for (const std::string& pattern : QuotedIn(line.substr(0, colon + 1)))
      reasons_.push_back({pattern, line.substr(colon + 3)});
  }

  // The more letters a pattern fixes, the more particular it is.
  void GiveReasons() {
    const auto fixed = [](const Reason& reason) {
      return reason.pattern.size() - (reason.pattern.back() == '*' ? 1 : 0);
    };
    std::stable_sort(reasons_.begin(), reasons_.end(),
                     [&](const Reason& a, const Reason& b) { return fixed(a) < fixed(b); });
    for (const Reason& reason : reasons_) {
      bool is_used = false;
      for (std::size_t i = first_; i < contract_.rules.size(); ++i) {
        if (!Matches(reason.pattern, contract_.rules[i].id)) continue;
        contract_.rules[i].why = reason.text;
        is_used = true;
      }
      if (!is_used) {
        throw std::invalid_argument(
            fmt::format("{} gives a reason for `{}`, which is no rule", name_, reason.pattern));
      }
    }
  }

  const std::string name_;
  Contract& contract_;
  std::size_t first_ = 0;  // rule of this document
  std::string section_;
  bool in_symbols_ = false;
  std::vector<Reason> reasons_;
};

bool IsWordLetter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'';
}

// Whether `word` stands in `text` and is not part of a longer one.
bool HasWord(const std::string& text, const std::string& word) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const bool starts = at == 0 || !IsWordLetter(text[at - 1]);
    const std::size_t end = at + word.size();
    if (starts && (end == text.size() || !IsWordLetter(text[end]))) return true;
  }
  return false;
}

}  // namespace

const RuleText* Contract::Find(std::string_view id) const {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const RuleText& rule) { return rule.id == id; });
  return found == rules.end() ? nullptr : &*found;
}

std::string Contract::WhyOf(const RuleText& rule) const {
  if (rule.why.rfind("as `", 0) != 0) return rule.why;
  const std::size_t end = rule.why.find('`', 4);
  const RuleText* other = Find(std::string_view(rule.why).substr(4, end - 4));
  if (other == nullptr || other->why.rfind("as `", 0) == 0) return rule.why;
  const std::size_t more = rule.why.find(". ", end);
  return other->why + (more == std::string::npos ? "" : rule.why.substr(more + 1));
}

std::vector<Symbol> Contract::SymbolsIn(const std::string& text) const {
  std::string said = text;
  std::vector<bool> used(symbols.size());
  for (bool grows = true; grows;) {
    grows = false;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      if (used[i] || !HasWord(said, symbols[i].name)) continue;
      used[i] = grows = true;
      said += ' ' + symbols[i].meaning;
    }
  }
  std::vector<Symbol> result;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (used[i]) result.push_back(symbols[i]);
  }
  return result;
}

void ReadContract(const std::string& name, const std::string& text, Contract& contract) {
  Reader(name, contract).Read(text);
}

const Contract& TheContract() {
  static const Contract contract = [] {
    Contract both;
    ReadContract("docs/contract/dispatch.md", kDispatchContract, both);
    ReadContract("docs/contract/combine.md", kCombineContract, both);
    return both;
  }();
  return contract;
}

}  // namespace ferry::tool
