// docs/contract and the tables of rows name the same rules: a reader who is refused by a rule finds
// it there, and finds none that does not exist.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

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

// Ids of one operator as the documents write them: `dispatch-A3-30`.
std::set<std::string> IdsIn(const std::string& text, const std::string& prefix) {
  const std::regex kId("`(" + prefix + "[A-Za-z0-9-]+)`");
  std::set<std::string> ids;
  for (std::sregex_iterator it(text.begin(), text.end(), kId), end; it != end; ++it)
    ids.insert((*it)[1]);
  return ids;
}

template <class Call>
void ExpectSameIds(const ops::Rules<Call>& rows, const char* document, const char* prefix) {
  const std::set<std::string> documented =
      IdsIn(Read(std::filesystem::path(FERRY_CONTRACT_DIR) / document), prefix);
  std::set<std::string> existing;
  for (const ops::Rule<Call>& row : rows) {
    existing.insert(row.id);
    EXPECT_TRUE(documented.contains(row.id)) << row.id << " is not in " << document;
  }
  for (const std::string& id : documented)
    EXPECT_TRUE(existing.contains(id)) << document << " names " << id << ", which does not exist";
}

TEST(Contract, OfDispatchNamesEveryRule) {
  ExpectSameIds(ops::DispatchRules(), "dispatch.md", "dispatch-");
}

TEST(Contract, OfCombineNamesEveryRule) {
  ExpectSameIds(ops::CombineRules(), "combine.md", "combine-");
}

}  // namespace
}  // namespace ferry::conformance
