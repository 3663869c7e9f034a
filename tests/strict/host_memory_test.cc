// What FERRY_STRICT=1 finds about memory of aclrtMallocHost, and about copies and fills that still
// use memory of either kind when it is freed.
#include <acl/acl.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "held_stream.h"
#include "support/recent_message.h"

namespace ferry::support {
namespace {

constexpr int kInvalid = 107000;

unsigned char* AllocateOnHost(std::size_t size) {
  void* memory = nullptr;
  EXPECT_EQ(aclrtMallocHost(&memory, size), 0) << RecentMessage();
  return static_cast<unsigned char*>(memory);
}

void ExpectInMessage(const std::string& part) {
  const std::string message = RecentMessage();
  EXPECT_NE(message.find(part), std::string::npos) << message;
}

void Write(volatile unsigned char* at) {
  *at = 1;
}

TEST(StrictHostMemory, NeedsNoDeviceAndIsFilledWithNaN) {
  unsigned char* const memory = AllocateOnHost(1000);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(memory[i], 0xff) << i;
  EXPECT_EQ(aclrtFreeHost(memory), 0) << RecentMessage();
}

TEST(StrictHostMemory, TellsAtFreeWhatWasWrittenBehindTheEnd) {
  unsigned char* const memory = AllocateOnHost(100);
  memory[100] = 0;  // the size is exact: no byte more is promised
  EXPECT_EQ(aclrtFreeHost(memory), kInvalid);
  const std::string message = RecentMessage();
  EXPECT_NE(message.find("aclrtFreeHost: hostPtr 0x"), std::string::npos) << message;
  EXPECT_NE(message.find(" has 1 byte(s) written behind its end"), std::string::npos) << message;
  EXPECT_EQ(aclrtFreeHost(memory), kInvalid) << "it is freed";
  ExpectInMessage(" has been freed already; it was a host allocation of 100 bytes, created at ");
}

TEST(StrictHostMemory, NamesTheAllocationOfAForbiddenAccess) {
  ::testing::FLAGS_gtest_death_test_style = "fast";
  unsigned char* const memory = AllocateOnHost(512);
  EXPECT_DEATH(Write(memory + 512),
               "is 1 byte\\(s\\) behind the end of a host allocation of 512 bytes, created at ");
  EXPECT_EQ(aclrtFreeHost(memory), 0);
  EXPECT_DEATH(Write(memory),
               "is memory that was freed, byte 0 of a host allocation of 512 bytes, created at ");
}

TEST(StrictHostMemory, IsNotTakenForDeviceMemoryNorTheReverse) {
  ASSERT_EQ(aclrtSetDevice(0), 0);
  unsigned char* const host = AllocateOnHost(64);
  void* device = nullptr;
  ASSERT_EQ(aclrtMalloc(&device, 64, ACL_MEM_MALLOC_HUGE_FIRST), 0);
  EXPECT_EQ(aclrtFree(host), kInvalid);
  ExpectInMessage("is memory of aclrtMallocHost; free it with aclrtFreeHost");
  EXPECT_EQ(aclrtFreeHost(device), kInvalid);
  EXPECT_EQ(aclrtFree(device), 0);
  ASSERT_EQ(aclrtResetDevice(0), 0);
  host[0] = 1;  // a reset leaves it
  EXPECT_EQ(aclrtFreeHost(host), 0);
}

TEST(StrictHostMemory, IsNotFreedWhileAQueuedCopyReadsOrWritesIt) {
  ASSERT_EQ(aclrtSetDevice(0), 0);
  unsigned char* const host = AllocateOnHost(64);
  void* device = nullptr;
  ASSERT_EQ(aclrtMalloc(&device, 64, ACL_MEM_MALLOC_HUGE_FIRST), 0);
  {
    HeldStream stream;
    ASSERT_EQ(aclrtMemcpyAsync(device, 64, host, 64, ACL_MEMCPY_HOST_TO_DEVICE, stream.get()), 0);
    EXPECT_EQ(aclrtFreeHost(host), kInvalid);
    ExpectInMessage("holds src of aclrtMemcpyAsync, which has not ended; synchronise its stream");
    EXPECT_EQ(aclrtFree(device), kInvalid);
    ExpectInMessage("holds dst of aclrtMemcpyAsync");
    stream.LetGo();
    EXPECT_EQ(aclrtFreeHost(host), 0) << RecentMessage();
  }
  EXPECT_EQ(aclrtFree(device), 0) << RecentMessage();
  ASSERT_EQ(aclrtResetDevice(0), 0);
}

TEST(StrictHostMemory, IsNotFreedWhileAQueuedFillWritesIt) {
  ASSERT_EQ(aclrtSetDevice(0), 0);
  unsigned char* const host = AllocateOnHost(64);
  {
    HeldStream stream;
    ASSERT_EQ(aclrtMemsetAsync(host, 64, 7, 64, stream.get()), 0);
    EXPECT_EQ(aclrtFreeHost(host), kInvalid);
    ExpectInMessage("holds devPtr of aclrtMemsetAsync");
  }
  EXPECT_EQ(host[63], 7);
  EXPECT_EQ(aclrtFreeHost(host), 0) << RecentMessage();
  ASSERT_EQ(aclrtResetDevice(0), 0);
}

void LeaveHostMemory() {
  void* memory = nullptr;
  const bool ok = aclInit(nullptr) == 0 && aclrtMallocHost(&memory, 64) == 0 && aclFinalize() == 0;
  std::exit(ok ? 0 : 1);
}

TEST(StrictHostMemory, IsListedWhenItIsNeverFreed) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(LeaveHostMemory(), ::testing::ExitedWithCode(0),
              "leak: 1 host allocation \\(64 bytes\\) never ended with aclrtFreeHost, created at ");
}

}  // namespace
}  // namespace ferry::support
