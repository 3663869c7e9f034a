// Devices and contexts.
#include <acl/acl.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <thread>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

constexpr std::int32_t kDevices = 16;  // FERRY_DEVICE_COUNT of this suite

TEST(Device, ThereAreAsManyAsTheEnvironmentSays) {
  std::uint32_t count = 0;
  EXPECT_EQ(aclrtGetDeviceCount(&count), ACL_SUCCESS);
  EXPECT_EQ(count, static_cast<std::uint32_t>(kDevices));
  ExpectFailure(aclrtGetDeviceCount(nullptr), ACL_ERROR_INVALID_PARAM,
                {"aclrtGetDeviceCount: count is null"});
}

TEST(Device, AnIdOutsideTheRangeIsRefused) {
  aclrtContext context = nullptr;
  for (const std::int32_t id : {-1, kDevices}) {
    const std::string what = "deviceId is " + std::to_string(id) + "; must be in [0, 16)";
    ExpectFailure(aclrtSetDevice(id), ACL_ERROR_RT_INVALID_DEVICEID, {"aclrtSetDevice: ", what});
    ExpectFailure(aclrtResetDevice(id), ACL_ERROR_RT_INVALID_DEVICEID, {what});
    ExpectFailure(aclrtResetDeviceForce(id), ACL_ERROR_RT_INVALID_DEVICEID, {what});
    ExpectFailure(aclrtCreateContext(&context, id), ACL_ERROR_RT_INVALID_DEVICEID, {what});
  }
}

TEST(Device, SettingIsCounted) {
  std::int32_t device = -1;
  EXPECT_EQ(aclrtSetDevice(5), ACL_SUCCESS);
  EXPECT_EQ(aclrtSetDevice(5), ACL_SUCCESS);
  EXPECT_EQ(aclrtResetDevice(5), ACL_SUCCESS);
  EXPECT_EQ(aclrtGetDevice(&device), ACL_SUCCESS);
  EXPECT_EQ(device, 5);
  ExpectFailure(aclrtGetDevice(nullptr), ACL_ERROR_INVALID_PARAM, {"deviceId is null"});
  EXPECT_EQ(aclrtResetDevice(5), ACL_SUCCESS);
  ExpectFailure(aclrtGetDevice(&device), ACL_ERROR_RT_CONTEXT_NULL, {"aclrtGetDevice: "});
  ExpectFailure(aclrtResetDevice(5), ACL_ERROR_RT_CONTEXT_NULL, {"deviceId is 5"});
}

TEST(Device, ProgramsRunOnTheHost) {
  aclrtRunMode mode = ACL_DEVICE;
  EXPECT_EQ(aclrtGetRunMode(&mode), ACL_SUCCESS);
  EXPECT_EQ(mode, ACL_HOST);
  ExpectFailure(aclrtGetRunMode(nullptr), ACL_ERROR_INVALID_PARAM, {"runMode is null"});
}

TEST(Device, MemoryFiguresFollowAllocations) {
  const OnDevice here(2);
  std::size_t free_before = 0;
  std::size_t free_after = 0;
  std::size_t total = 0;
  EXPECT_EQ(aclrtGetMemInfo(ACL_HBM_MEM, &free_before, &total), ACL_SUCCESS);
  EXPECT_LE(free_before, total);
  void* memory = nullptr;
  ASSERT_EQ(aclrtMalloc(&memory, 1 << 20, ACL_MEM_MALLOC_HUGE_FIRST), ACL_SUCCESS);
  EXPECT_EQ(aclrtGetMemInfo(ACL_HBM_MEM, &free_after, &total), ACL_SUCCESS);
  EXPECT_LE(free_after + (1 << 20), free_before);
  ExpectFailure(aclrtGetMemInfo(ACL_HBM_MEM, nullptr, &total), ACL_ERROR_INVALID_PARAM,
                {"free is null"});
  ExpectFailure(aclrtGetMemInfo(ACL_HBM_MEM, &free_after, nullptr), ACL_ERROR_INVALID_PARAM,
                {"total is null"});
  ExpectFailure(aclrtGetMemInfo(Odd<aclrtMemAttr>(18), &free_after, &total),
                ACL_ERROR_RT_PARAM_INVALID, {"attr is 18; must be in [0, 17]"});
}

TEST(Device, ResettingItGivesItsMemoryBack) {
  ASSERT_EQ(aclrtSetDevice(3), ACL_SUCCESS);
  void* memory = nullptr;
  ASSERT_EQ(aclrtMalloc(&memory, 4096, ACL_MEM_MALLOC_HUGE_FIRST), ACL_SUCCESS);
  ASSERT_EQ(aclrtResetDevice(3), ACL_SUCCESS);
  ExpectFailure(aclrtFree(memory), ACL_ERROR_RT_PARAM_INVALID, {"aclrtFree: devPtr"});
}

TEST(Device, SynchronizeChecksTimeAndContext) {
  ExpectFailure(aclrtSynchronizeDevice(), ACL_ERROR_RT_CONTEXT_NULL, {"aclrtSynchronizeDevice: "});
  ExpectFailure(aclrtSynchronizeDeviceWithTimeout(5), ACL_ERROR_RT_CONTEXT_NULL, {});
  const OnDevice here(1);
  EXPECT_EQ(aclrtSynchronizeDevice(), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeDeviceWithTimeout(-1), ACL_SUCCESS);
  ExpectFailure(aclrtSynchronizeDeviceWithTimeout(-2), ACL_ERROR_RT_PARAM_INVALID,
                {"timeout is -2 ms"});
  const BlockedStream blocked;
  ExpectFailure(aclrtSynchronizeDeviceWithTimeout(1), ACL_ERROR_RT_STREAM_SYNC_TIMEOUT,
                {"aclrtSynchronizeDeviceWithTimeout: ", "1 ms"});
  BlockedStream::Release();
  EXPECT_EQ(aclrtSynchronizeDeviceWithTimeout(30'000), ACL_SUCCESS);
}

TEST(Device, SynchronizingCollectsFromEveryStreamOfIt) {
  const OnDevice here(1);
  void* memory = nullptr;
  ASSERT_EQ(aclrtMalloc(&memory, 512, ACL_MEM_MALLOC_HUGE_FIRST), ACL_SUCCESS);
  QueueFailure(memory, NewStream());
  QueueFailure(memory, nullptr);
  ExpectFailure(aclrtSynchronizeDevice(), kQueuedFailure, {"aclrtMemsetAsync: "});
  EXPECT_EQ(aclrtSynchronizeDevice(), ACL_SUCCESS);
}

TEST(Context, BecomesCurrentAndBelongsToItsDevice) {
  aclrtContext context = nullptr;
  aclrtContext current = nullptr;
  std::int32_t device = -1;
  ASSERT_EQ(aclrtCreateContext(&context, 4), ACL_SUCCESS);
  EXPECT_EQ(aclrtGetCurrentContext(&current), ACL_SUCCESS);
  EXPECT_EQ(current, context);
  EXPECT_EQ(aclrtGetDevice(&device), ACL_SUCCESS);
  EXPECT_EQ(device, 4);
  std::thread([context] {
    std::int32_t there = -1;
    EXPECT_EQ(aclrtGetDevice(&there), ACL_ERROR_RT_CONTEXT_NULL);
    EXPECT_EQ(aclrtSetCurrentContext(context), ACL_SUCCESS);
    EXPECT_EQ(aclrtGetDevice(&there), ACL_SUCCESS);
    EXPECT_EQ(there, 4);
    EXPECT_EQ(aclrtDestroyContext(context), ACL_SUCCESS);
  }).join();
  ExpectFailure(aclrtGetCurrentContext(&current), ACL_ERROR_RT_CONTEXT_NULL,
                {"aclrtGetCurrentContext: "});
}

TEST(Context, NullAndUnknownHandlesAreRefused) {
  const OnDevice here(0);
  ExpectFailure(aclrtCreateContext(nullptr, 0), ACL_ERROR_INVALID_PARAM, {"context is null"});
  ExpectFailure(aclrtGetCurrentContext(nullptr), ACL_ERROR_INVALID_PARAM, {"context is null"});
  ExpectFailure(aclrtDestroyContext(nullptr), ACL_ERROR_INVALID_PARAM, {"context is null"});
  ExpectFailure(aclrtSetCurrentContext(nullptr), ACL_ERROR_INVALID_PARAM, {"context is null"});
  aclrtContext context = nullptr;
  ASSERT_EQ(aclrtCreateContext(&context, 0), ACL_SUCCESS);
  ASSERT_EQ(aclrtDestroyContext(context), ACL_SUCCESS);
  const aclrtStream stream = (aclrtSetDevice(0), NewStream());
  for (void* const bad : {context, stream, static_cast<void*>(&context)}) {
    ExpectFailure(aclrtDestroyContext(bad), ACL_ERROR_RT_INVALID_HANDLE, {"context is 0x"});
    ExpectFailure(aclrtSetCurrentContext(bad), ACL_ERROR_RT_INVALID_HANDLE,
                  {"aclrtSetCurrentContext: context is 0x"});
  }
}

TEST(Context, HasADefaultStream) {
  aclrtStream stream = nullptr;
  ExpectFailure(aclrtCtxGetCurrentDefaultStream(&stream), ACL_ERROR_RT_CONTEXT_NULL, {});
  const OnDevice here(0);
  EXPECT_EQ(aclrtCtxGetCurrentDefaultStream(&stream), ACL_SUCCESS);
  EXPECT_NE(stream, nullptr);
  EXPECT_EQ(aclrtSynchronizeStream(stream), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeStream(nullptr), ACL_SUCCESS);
  ExpectFailure(aclrtCtxGetCurrentDefaultStream(nullptr), ACL_ERROR_INVALID_PARAM,
                {"stream is null"});
}

}  // namespace
}  // namespace ferry::runtime_test
