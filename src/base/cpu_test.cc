#include "base/cpu.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

namespace ferry {
namespace {

TEST(UsableCores, IsAtLeastOneAndAtMostTheMachine) {
  EXPECT_GE(UsableCores(), 1);
  EXPECT_LE(UsableCores(), ::sysconf(_SC_NPROCESSORS_CONF));
}

// Pins the process to the core that it runs on, and exits with what UsableCores then says.
[[noreturn]] void PinAndExit() {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &one);
  if (::sched_setaffinity(0, sizeof one, &one) != 0) ::_exit(99);
  ::_exit(UsableCores());
}

TEST(UsableCores, FollowsTheAffinityMask) {
  // Runs the program anew for this one test: the number is read once per process.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(PinAndExit(), testing::ExitedWithCode(1), "");
}

TEST(LastLevelCacheBytes, IsPlausible) {
  EXPECT_GE(LastLevelCacheBytes(), std::size_t{128} << 10);
  EXPECT_LE(LastLevelCacheBytes(), std::size_t{16} << 30);
}

}  // namespace
}  // namespace ferry
