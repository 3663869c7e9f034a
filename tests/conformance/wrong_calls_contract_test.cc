// docs/contract and the tables of rows name the same rules in the same order with the same codes: a
// reader who is refused by a rule finds it there, finds none that does not exist, and can tell
// which of several answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "ops/combine_rules.h"
#include "ops/dispatch_rules.h"

namespace ferry::conformance {
namespace {

std::string Read(const std::filesystem::path& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Documented {
  std::string id;
  std::int32_t code;
};

// The rows of the tables, `| `id`, `id` | ... | code |`, in the order of the page.
std::vector<Documented> RowsIn(const std::string& text) {
  const std::regex kRow(R"(\|((?: `[a-z]+-[A-Za-z0-9-]+`,?)+) \|.*\| ([0-9]{6}) \|)");
  const std::regex kId("`([^`]+)`");
  std::vector<Documented> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch row;
    if (!std::regex_match(line, row, kRow)) continue;
    const std::string ids = row[1];
    for (std::sregex_iterator it(ids.begin(), ids.end(), kId), end; it != end; ++it)
      rows.push_back({(*it)[1], std::stoi(row[2])});
  }
  return rows;
}

template <class Call>
void ExpectSameRows(const ops::Rules<Call>& rows, const char* document) {
  const auto documented = RowsIn(Read(std::filesystem::path(FERRY_CONTRACT_DIR) / document));
  for (std::size_t i = 0; i < std::min(rows.size(), documented.size()); ++i) {
    ASSERT_EQ(rows[i].id, documented[i].id) << "row " << i << " of " << document;
    EXPECT_EQ(static_cast<std::int32_t>(rows[i].code), documented[i].code) << rows[i].id;
  }
  EXPECT_EQ(rows.size(), documented.size()) << document;
}

// Ids that the text names outside of tables: `dispatch-A3-30`.
template <class Call>
void ExpectAllExist(const ops::Rules<Call>& rows, const char* document, const char* prefix) {
  const std::string text = Read(std::filesystem::path(FERRY_CONTRACT_DIR) / document);
  std::set<std::string> existing;
  for (const ops::Rule<Call>& row : rows) existing.insert(row.id);
  const std::regex kId("`(" + std::string(prefix) + "[A-Za-z0-9-]+)`");
  for (std::sregex_iterator it(text.begin(), text.end(), kId), end; it != end; ++it)
    EXPECT_TRUE(existing.contains((*it)[1])) << document << " names " << (*it)[1];
}

TEST(Contract, OfDispatchHasItsRulesInTheOrderInWhichTheyAreTried) {
  ExpectSameRows(ops::DispatchRules(), "dispatch.md");
  ExpectAllExist(ops::DispatchRules(), "dispatch.md", "dispatch-");
}

TEST(Contract, OfCombineHasItsRulesInTheOrderInWhichTheyAreTried) {
  ExpectSameRows(ops::CombineRules(), "combine.md");
  ExpectAllExist(ops::CombineRules(), "combine.md", "combine-");
  ExpectAllExist(ops::DispatchRules(), "combine.md", "dispatch-");
}

}  // namespace
}  // namespace ferry::conformance
