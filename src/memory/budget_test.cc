#include "memory/budget.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.h"

namespace ferry::memory {
namespace {

TEST(DeviceBudgets, CountEachDeviceOnItsOwn) {
  DeviceBudgets budgets(1000);
  budgets.Take(0, 600);
  budgets.Take(1, 1000);
  EXPECT_EQ(budgets.UsageOf(0).used, 600U);
  EXPECT_EQ(budgets.UsageOf(1).used, 1000U);
  EXPECT_EQ(budgets.UsageOf(2).used, 0U);
  EXPECT_EQ(budgets.UsageOf(2).limit, 1000U);
  budgets.Give(1, 400);
  EXPECT_EQ(budgets.UsageOf(1).used, 600U);
}

TEST(DeviceBudgets, RefuseWithRequestedFreeAndLimit) {
  DeviceBudgets budgets(std::uint64_t{1} << 30);
  budgets.Take(3, std::uint64_t{512} << 20);
  try {
    budgets.Take(3, std::uint64_t{1} << 30);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kRtMemoryAllocation);
    EXPECT_EQ(error.message(),
              "out of memory on device 3: 1073741824 bytes requested (1 GiB), 536870912 bytes free "
              "(512 MiB), limit 1073741824 bytes (1 GiB; set FERRY_DEVICE_MEMORY to change it)");
  }
  EXPECT_EQ(budgets.UsageOf(3).used, std::uint64_t{512} << 20);
}

TEST(DefaultDeviceLimit, IsWhatTheEnvironmentSays) {
  ::setenv("FERRY_DEVICE_MEMORY", "3G", 1);
  EXPECT_EQ(DefaultDeviceLimit(), std::uint64_t{3} << 30);
  ::unsetenv("FERRY_DEVICE_MEMORY");
  EXPECT_EQ(DefaultDeviceLimit(), DefaultPhysicalLimit());
}

TEST(AvailableMemory, IsWithinThePhysicalLimit) {
  EXPECT_GT(AvailableMemory(), 0U);
  EXPECT_LE(AvailableMemory(), DefaultPhysicalLimit());
}

}  // namespace
}  // namespace ferry::memory
