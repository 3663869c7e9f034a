#include "base/live_objects.h"

#include <gtest/gtest.h>

namespace ferry::live {
namespace {

constexpr Kind kStream = {"stream", "aclrtDestroyStream"};

const void* Key(std::uintptr_t number) {
  return reinterpret_cast<const void*>(number);
}

TEST(LiveObjects, ReportsNothingWhenEverythingWasEnded) {
  Registry registry;
  registry.Add(kStream, Key(1), 0, -1);
  registry.Remove(Key(1));
  EXPECT_TRUE(registry.TakeReport(5).empty());
}

TEST(LiveObjects, GroupsByKindAndPlace) {
  Registry registry;
  const volatile int times = 3;  // unknown to the compiler: an unrolled loop would be three places
  for (int i = 0; i < times; ++i) {
    registry.Add(kDeviceMemory, Key(static_cast<std::uintptr_t>(i) + 1), 100, 0);
  }
  registry.Add(kStream, Key(9), 0, -1);
  const auto lines = registry.TakeReport(5);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], "aclFinalize: never ended by the program: 3 allocations, 1 stream");
  EXPECT_EQ(
      lines[1].find("leak: 3 allocations (300 bytes) never ended with aclrtFree, created at "), 0U)
      << lines[1];
  EXPECT_EQ(lines[2].find("leak: 1 stream never ended with aclrtDestroyStream, created at "), 0U)
      << lines[2];
  EXPECT_TRUE(registry.TakeReport(5).empty()) << "told twice";
}

TEST(LiveObjects, TellsMemoryThatWentWithItsDevice) {
  Registry registry;
  registry.Add(kDeviceMemory, Key(1), 100, 0);
  registry.Add(kDeviceMemory, Key(2), 100, 1);
  registry.LoseDevice(0);
  registry.Add(kDeviceMemory, Key(1), 50, 2);  // the address is in use again
  registry.Remove(Key(1));
  const auto lines = registry.TakeReport(5);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[1].find("only lost"), std::string::npos) << lines[1];
  EXPECT_NE(lines[2].find("only lost with aclrtResetDevice"), std::string::npos) << lines[2];
}

TEST(LiveObjects, TellsAStreamThatWentWithItsDevice) {
  Registry registry;
  registry.Add(kStream, Key(1), 0, -1);
  registry.Lose(Key(1));
  registry.Lose(Key(2));  // of no object: a default stream
  registry.Remove(Key(1));
  const auto lines = registry.TakeReport(5);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1].find("leak: 1 stream never ended with aclrtDestroyStream, only lost with "
                          "aclrtResetDevice, created at "),
            0U)
      << lines[1];
}

TEST(LiveObjects, EndsALongReportWithACount) {
  Registry registry;
  for (std::uintptr_t i = 0; i < 2; ++i) registry.Add(kStream, Key(1 + i), 0, -1);
  registry.Add(kDeviceMemory, Key(20), 1, 0);
  registry.Add(kHostMemory, Key(21), 1, 0);
  const auto lines = registry.TakeReport(1);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NE(lines[2].find("more, created at"), std::string::npos) << lines[2];
}

}  // namespace
}  // namespace ferry::live
