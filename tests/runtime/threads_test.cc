// Many threads at once, and an end while work is queued.
#include <acl/acl.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

// What a rank of the sample does with the runtime, while the others are anywhere in the same.
void LiveAndEnd(std::int32_t device) {
  aclrtContext context = nullptr;
  ASSERT_EQ(aclrtSetDevice(device), ACL_SUCCESS);
  ASSERT_EQ(aclrtCreateContext(&context, device), ACL_SUCCESS);
  const aclrtStream stream = NewStream();
  const aclrtEvent event = NewEvent();
  std::array<unsigned char, 256> bytes{};
  void* memory = nullptr;
  ASSERT_EQ(aclrtMalloc(&memory, bytes.size(), ACL_MEM_MALLOC_HUGE_FIRST), ACL_SUCCESS);
  EXPECT_EQ(aclrtMemsetAsync(memory, bytes.size(), device + 1, bytes.size(), stream), ACL_SUCCESS);
  EXPECT_EQ(aclrtRecordEvent(event, stream), ACL_SUCCESS);
  EXPECT_EQ(aclrtStreamWaitEvent(nullptr, event), ACL_SUCCESS);
  EXPECT_EQ(aclrtMemcpyAsync(bytes.data(), bytes.size(), memory, bytes.size(),
                             ACL_MEMCPY_DEVICE_TO_HOST, nullptr),
            ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeDevice(), ACL_SUCCESS);
  for (const unsigned char byte : bytes) ASSERT_EQ(byte, device + 1);
  EXPECT_EQ(aclrtDestroyEvent(event), ACL_SUCCESS);
  EXPECT_EQ(aclrtFree(memory), ACL_SUCCESS);
  EXPECT_EQ(aclrtDestroyStream(stream), ACL_SUCCESS);
  EXPECT_EQ(aclrtDestroyContext(context), ACL_SUCCESS);
  EXPECT_EQ(aclrtResetDevice(device), ACL_SUCCESS);
}

TEST(Threads, UseTheirDevicesWhileOthersResetTheirs) {
  std::vector<std::thread> threads;
  for (std::int32_t device = 0; device < 16; ++device) {
    threads.emplace_back([device] {
      for (int i = 0; i < 20; ++i) LiveAndEnd(device);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// Pairs of set and reset of one device: whoever has set it has it, though another resets it now.
TEST(Threads, ShareADeviceThatEachSetsAndResets) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 100; ++i) {
        std::int32_t device = -1;
        ASSERT_EQ(aclrtSetDevice(5), ACL_SUCCESS);
        ASSERT_EQ(aclrtGetDevice(&device), ACL_SUCCESS);
        unsigned char byte = 0;
        ASSERT_EQ(aclrtMemsetAsync(&byte, 1, 7, 1, nullptr), ACL_SUCCESS);
        ASSERT_EQ(aclrtSynchronizeStream(nullptr), ACL_SUCCESS);
        ASSERT_EQ(byte, 7);
        ASSERT_EQ(aclrtResetDevice(5), ACL_SUCCESS);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Threads, FinalizeDoesNotWaitForWorkThatCannotEnd) {
  ASSERT_EQ(aclInit(nullptr), ACL_SUCCESS);
  const auto thread = static_cast<std::uint64_t>(pthread_self());
  std::array<unsigned char, 16> bytes{};  // one a device
  ASSERT_EQ(aclrtSetDevice(0), ACL_SUCCESS);
  const aclrtStream blocked = NewStream();
  const aclrtEvent event = NewEvent();
  ASSERT_EQ(aclrtSubscribeReport(thread, blocked), ACL_SUCCESS);
  ASSERT_EQ(aclrtLaunchCallback([](void*) {}, nullptr, ACL_CALLBACK_BLOCK, blocked), ACL_SUCCESS);
  ASSERT_EQ(aclrtRecordEvent(event, blocked), ACL_SUCCESS);
  for (std::int32_t device = 1; device < 16; ++device) {
    ASSERT_EQ(aclrtSetDevice(device), ACL_SUCCESS);
    const aclrtStream waiting = NewStream();
    ASSERT_EQ(aclrtStreamWaitEvent(waiting, event), ACL_SUCCESS);
    ASSERT_EQ(aclrtMemsetAsync(&bytes.at(static_cast<std::size_t>(device)), 1, 7, 1, waiting),
              ACL_SUCCESS);
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(aclFinalize(), ACL_SUCCESS);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  for (const unsigned char byte : bytes)
    EXPECT_EQ(byte, 0) << "the dropped record must not let other streams' dropped work run";
  std::int32_t device = -1;
  EXPECT_EQ(aclrtGetDevice(&device), ACL_ERROR_RT_CONTEXT_NULL);
  EXPECT_EQ(aclrtSynchronizeStream(blocked), ACL_ERROR_RT_INVALID_HANDLE);
  EXPECT_EQ(aclrtDestroyEvent(event), ACL_SUCCESS);
}

}  // namespace
}  // namespace ferry::runtime_test
