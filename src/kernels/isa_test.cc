#include "kernels/isa.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace ferry::kernels {
namespace {

// Exits with the instruction set that a fresh process takes when FERRY_ISA is `text`.
[[noreturn]] void ExitWithActiveIsa(const char* text) {
  ::setenv("FERRY_ISA", text, 1);
  ::unsetenv("FERRY_LOG");
  std::_Exit(static_cast<int>(ActiveIsa()));
}

testing::ExitedWithCode Took(Isa isa) {
  return testing::ExitedWithCode(static_cast<int>(isa));
}

class ActiveIsaTest : public testing::Test {
 protected:
  // Each child runs the program anew: the choice is made once per process.
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(ActiveIsaTest, IsTheFastestByDefault) {
  EXPECT_EXIT(ExitWithActiveIsa(""), Took(AvailableIsas().back()), "^$");
}

TEST_F(ActiveIsaTest, FollowsTheEnvironment) {
  for (const Isa isa : AvailableIsas())
    EXPECT_EXIT(ExitWithActiveIsa(std::string(NameOf(isa)).c_str()), Took(isa), "^$");
}

TEST_F(ActiveIsaTest, AnUnknownNameIsReportedAndNotTaken) {
  EXPECT_EXIT(ExitWithActiveIsa("avx1024"), Took(AvailableIsas().back()),
              "FERRY_ISA is \"avx1024\"; this processor offers portable");
}

TEST(AvailableIsas, BeginWithThePortable) {
  ASSERT_FALSE(AvailableIsas().empty());
  EXPECT_EQ(AvailableIsas().front(), Isa::kPortable);
}

}  // namespace
}  // namespace ferry::kernels
