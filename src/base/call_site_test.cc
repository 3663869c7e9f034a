#include "base/call_site.h"

#include <gtest/gtest.h>

#include <regex>

namespace ferry {
namespace {

TEST(CallSite, TellsTheCallersOfAStaticallyLinkedProgramByModuleAndOffset) {
  const std::string site = CallSite();
  // The name of a function only if the program exports it.
  EXPECT_TRUE(std::regex_search(site, std::regex("ferry_base_test(\\+0x[0-9a-f]+|\\))"))) << site;
  EXPECT_EQ(site.find("libc."), std::string::npos) << site;
}

}  // namespace
}  // namespace ferry
