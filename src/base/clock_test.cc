#include "base/clock.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace ferry {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(Deadline, NeverDoesNotPass) {
  EXPECT_TRUE(Deadline::Never().never());
  EXPECT_FALSE(Deadline::Never().Passed());
  EXPECT_EQ(Deadline::Never().Left(), nanoseconds::max());
}

TEST(Deadline, AWaitOfNothingHasPassed) {
  EXPECT_TRUE(Deadline::After(seconds(0)).Passed());
  EXPECT_TRUE(Deadline::After(seconds(-5)).Passed());
  EXPECT_EQ(Deadline::After(seconds(-5)).Left(), nanoseconds(0));
}

TEST(Deadline, TellsWhatIsLeft) {
  const Deadline deadline = Deadline::After(seconds(1000));
  EXPECT_FALSE(deadline.Passed());
  EXPECT_LE(deadline.Left(), seconds(1000));
  EXPECT_GT(deadline.Left(), seconds(900));
}

TEST(Deadline, PassesWhenItsTimeHasCome) {
  const Deadline deadline = Deadline::After(milliseconds(2));
  const auto begin = Clock::now();
  while (!deadline.Passed()) {
  }
  EXPECT_GE(Clock::now() - begin, milliseconds(1));
  EXPECT_EQ(deadline.Left(), nanoseconds(0));
}

TEST(Deadline, LongerThanTheClockIsNever) {
  EXPECT_TRUE(Deadline::After(seconds(std::numeric_limits<std::int64_t>::max())).never());
  EXPECT_FALSE(Deadline::After(seconds(2147483647)).never());  // 68 years: HCCL_EXEC_TIMEOUT's end
}

TEST(AgeOf, TakesAnyNumber) {
  const std::int64_t now = Clock::now().time_since_epoch().count();
  EXPECT_EQ(AgeOf(std::numeric_limits<std::int64_t>::max()).count(), 0);
  EXPECT_GE(AgeOf(std::numeric_limits<std::int64_t>::min()).count(), now);
  EXPECT_GE(AgeOf(now - 5).count(), 5);
}

}  // namespace
}  // namespace ferry
