// A device of 64 MiB: FERRY_DEVICE_MEMORY, which CMakeLists.txt sets for this program.
#include <acl/acl.h>
#include <gtest/gtest.h>

#include <cstddef>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

constexpr auto kPolicy = ACL_MEM_MALLOC_HUGE_FIRST;
constexpr std::size_t kMiB = std::size_t{1} << 20;

TEST(DeviceMemory, IsWhatTheEnvironmentSays) {
  const OnDevice here(0);
  std::size_t free = 0;
  std::size_t total = 0;
  EXPECT_EQ(aclrtGetMemInfo(ACL_HBM_MEM, &free, &total), ACL_SUCCESS);
  EXPECT_EQ(total, 64 * kMiB);
  EXPECT_EQ(free, 64 * kMiB);
}

TEST(DeviceMemory, EndsWithAnErrorAndComesBackWithAFree) {
  const OnDevice here(0);
  void* first = nullptr;
  void* second = nullptr;
  ASSERT_EQ(aclrtMalloc(&first, 40 * kMiB, kPolicy), ACL_SUCCESS);
  ExpectFailure(aclrtMalloc(&second, 40 * kMiB, kPolicy), ACL_ERROR_RT_MEMORY_ALLOCATION,
                {"aclrtMalloc: ", "device 0"});
  EXPECT_EQ(second, nullptr) << "a refused call writes nothing";
  EXPECT_EQ(aclrtFree(first), ACL_SUCCESS);
  EXPECT_EQ(aclrtMalloc(&second, 40 * kMiB, kPolicy), ACL_SUCCESS);
}

TEST(DeviceMemory, OfOneDeviceIsNotTheOthers) {
  const OnDevice here(0);
  void* memory = nullptr;
  ASSERT_EQ(aclrtMalloc(&memory, 60 * kMiB, kPolicy), ACL_SUCCESS);
  const OnDevice there(1);
  EXPECT_EQ(aclrtMalloc(&memory, 60 * kMiB, kPolicy), ACL_SUCCESS);
}

TEST(DeviceMemory, ComesBackWithAReset) {
  for (int i = 0; i < 3; ++i) {
    const OnDevice here(0);
    void* memory = nullptr;
    EXPECT_EQ(aclrtMalloc(&memory, 60 * kMiB, kPolicy), ACL_SUCCESS) << "round " << i;
  }
}

}  // namespace
}  // namespace ferry::runtime_test
