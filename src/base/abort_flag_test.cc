#include "base/abort_flag.h"

#include <gtest/gtest.h>

namespace ferry {
namespace {

TEST(AbortFlag, KeepsTheFirstReasonUntilItIsCleared) {
  AbortFlag flag;
  EXPECT_FALSE(flag.IsRaised());
  EXPECT_EQ(flag.why(), nullptr);
  flag.Raise("its stream was aborted");
  flag.Raise("its stream was destroyed");
  EXPECT_TRUE(flag.IsRaised());
  EXPECT_STREQ(flag.why(), "its stream was aborted");
  flag.Clear();
  EXPECT_FALSE(flag.IsRaised());
  flag.Raise("its stream was destroyed");
  EXPECT_STREQ(flag.why(), "its stream was destroyed");
}

}  // namespace
}  // namespace ferry
