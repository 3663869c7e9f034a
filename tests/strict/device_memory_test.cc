// What FERRY_STRICT=1 finds about memory of aclrtMalloc: overruns that no aclrtFree tells, copies
// and fills of freed memory, and what a forked child inherits.
#include <acl/acl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "held_stream.h"
#include "support/recent_message.h"

namespace ferry::support {
namespace {

constexpr int kInvalid = 107000;
constexpr std::size_t kUsable = 128;  // of 96 bytes

unsigned char* Allocate() {
  void* memory = nullptr;
  EXPECT_EQ(aclrtMalloc(&memory, 96, ACL_MEM_MALLOC_HUGE_FIRST), 0) << RecentMessage();
  return static_cast<unsigned char*>(memory);
}

// The library's message has these parts, one behind the other.
void ExpectInMessage(const std::vector<std::string>& parts) {
  const std::string message = RecentMessage();
  std::size_t at = 0;
  for (const std::string& part : parts) {
    at = message.find(part, at);
    ASSERT_NE(at, std::string::npos) << message;
    at += part.size();
  }
}

class StrictDeviceMemory : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(aclrtSetDevice(0), 0); }
  void TearDown() override { EXPECT_EQ(aclrtResetDevice(0), 0); }
};

// A program that writes behind memory and leaves freeing it to `end`.
void Overrun(aclError (*end)()) {
  bool ok = aclInit(nullptr) == 0 && aclrtSetDevice(0) == 0;
  Allocate()[kUsable + 7] = 0;
  ok = ok && end() == 0;
  std::exit(ok ? 0 : 1);
}

TEST(StrictMemoryLeft, ToAResetTellsWhatWasWrittenBehindItsEnd) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  for (const auto end : {+[] { return aclrtResetDevice(0); },
                         +[] { return aclrtResetDeviceForce(0); }, aclFinalize}) {
    EXPECT_EXIT(Overrun(end), ::testing::ExitedWithCode(0),
                "memory of device 0 that was never freed: 0x[0-9a-f]+ has 1 byte\\(s\\) written "
                "behind its end, the first 8 byte\\(s\\) behind it; it is an allocation of 128 "
                "usable bytes .* on device 0, created at ");
  }
}

void OverrunOnTheHost() {
  void* memory = nullptr;
  bool ok = aclInit(nullptr) == 0 && aclrtMallocHost(&memory, 100) == 0;
  static_cast<unsigned char*>(memory)[100] = 0;
  ok = ok && aclFinalize() == 0;
  std::exit(ok ? 0 : 1);
}

TEST(StrictMemoryLeft, OnTheHostTellsAtTheEndWhatWasWrittenBehindIt) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      OverrunOnTheHost(), ::testing::ExitedWithCode(0),
      "memory of the host that was never freed: 0x[0-9a-f]+ has 1 byte\\(s\\) written behind "
      "its end, the first 1 byte\\(s\\) behind it; it is a host allocation of 100 bytes, created "
      "at ");
}

void OverrunManyBlocks() {
  bool ok = aclInit(nullptr) == 0 && aclrtSetDevice(0) == 0;
  for (int i = 0; i < 20; ++i) Allocate()[kUsable] = 0;
  ok = ok && aclFinalize() == 0;
  std::exit(ok ? 0 : 1);
}

TEST(StrictMemoryLeft, CountsOverrunsBeyondAFew) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(OverrunManyBlocks(), ::testing::ExitedWithCode(0),
              "4 more allocation\\(s\\) were written behind their ends");
}

TEST_F(StrictDeviceMemory, IsNotCopiedOrFilledOnceItIsFreed) {
  unsigned char* const memory = Allocate();
  unsigned char host[16] = {};
  ASSERT_EQ(aclrtFree(memory), 0);
  const std::string where =
      ", in memory that has been freed, byte 4 of an allocation of 128 usable bytes (size rounded "
      "up to 32, plus 32) on device 0, created at ";
  EXPECT_EQ(aclrtMemcpy(host, 16, memory + 4, 16, ACL_MEMCPY_DEVICE_TO_HOST), kInvalid);
  ExpectInMessage({"aclrtMemcpy: src is 0x", where});
  EXPECT_EQ(aclrtMemcpy(memory + 4, 16, host, 16, ACL_MEMCPY_HOST_TO_DEVICE), kInvalid);
  ExpectInMessage({"aclrtMemcpy: dst is 0x", where});
  EXPECT_EQ(aclrtMemset(memory + 4, 16, 0, 16), kInvalid);
  ExpectInMessage({"aclrtMemset: devPtr is 0x", where});
}

TEST_F(StrictDeviceMemory, IsNotCopiedFromBehindItsEnd) {
  unsigned char* const memory = Allocate();
  unsigned char host[16] = {};
  EXPECT_EQ(aclrtMemcpy(host, 16, memory + kUsable + 3, 16, ACL_MEMCPY_DEVICE_TO_HOST), kInvalid);
  ExpectInMessage({", 4 byte(s) behind the end of an allocation of 128 usable bytes"});
  EXPECT_EQ(aclrtFree(memory), 0);
}

TEST_F(StrictDeviceMemory, ThatIsFreedAlreadyFailsACopyOrFillWhenItRuns) {
  unsigned char* const memory = Allocate();
  unsigned char host[16] = {};
  ASSERT_EQ(aclrtFree(memory), 0);
  aclrtStream stream = nullptr;
  ASSERT_EQ(aclrtCreateStream(&stream), 0);
  ASSERT_EQ(aclrtMemcpyAsync(host, 16, memory, 16, ACL_MEMCPY_DEVICE_TO_HOST, stream), 0);
  EXPECT_EQ(aclrtSynchronizeStream(stream), kInvalid);
  ExpectInMessage(
      {"aclrtMemcpyAsync: src lies in memory that was freed before the call ran, at "
       "byte 0 of an allocation of 128 usable bytes"});
  ASSERT_EQ(aclrtMemsetAsync(memory, 16, 0, 16, stream), 0);
  EXPECT_EQ(aclrtSynchronizeStream(stream), kInvalid);
  ExpectInMessage({"aclrtMemsetAsync: devPtr lies in memory that was freed before the call ran"});
  EXPECT_EQ(aclrtDestroyStream(stream), 0);
}

// aclrtFree is refused while a copy is queued; a reset of another device than the stream's is not.
TEST_F(StrictDeviceMemory, ThatAResetTakesFromAQueuedCopyFailsIt) {
  unsigned char* const memory = Allocate();
  unsigned char host[16] = {};
  ASSERT_EQ(aclrtSetDevice(1), 0);
  {
    HeldStream stream;
    ASSERT_EQ(aclrtMemcpyAsync(host, 16, memory, 16, ACL_MEMCPY_DEVICE_TO_HOST, stream.get()), 0);
    EXPECT_EQ(aclrtFree(memory), kInvalid);
    ExpectInMessage({"holds src of aclrtMemcpyAsync, which has not ended"});
    ASSERT_EQ(aclrtResetDevice(0), 0);
    EXPECT_EQ(stream.Finish(), kInvalid);
    ExpectInMessage(
        {"aclrtMemcpyAsync: src lies in memory that was freed before the call ran, at "
         "byte 0 of an allocation of 128 usable bytes"});
  }
  ASSERT_EQ(aclrtResetDevice(1), 0);
  ASSERT_EQ(aclrtSetDevice(0), 0);  // for TearDown
}

TEST_F(StrictDeviceMemory, ThatIsFreedTwiceIsNamed) {
  unsigned char* const memory = Allocate();
  ASSERT_EQ(aclrtFree(memory), 0);
  EXPECT_EQ(aclrtFree(memory), kInvalid);
  ExpectInMessage({"aclrtFree: devPtr 0x",
                   " has been freed already; it was an allocation of 128 usable bytes",
                   " on device 0, created at "});
  EXPECT_EQ(aclrtFree(memory + 4), kInvalid);
  ExpectInMessage({" is in memory that has been freed, byte 4 of an allocation of 128 usable bytes",
                   "; only the beginning of memory of aclrtMalloc can be freed"});
}

// A child that ends the runtime with its parent's objects in its memory, and one of its own.
void ForkAndFinalize() {
  aclrtStream stream = nullptr;
  aclrtEvent event = nullptr;
  const bool ok = aclInit(nullptr) == 0 && aclrtSetDevice(0) == 0 &&
                  aclrtCreateStream(&stream) == 0 && aclrtCreateEvent(&event) == 0;
  Allocate()[kUsable] = 0;
  if (!ok) std::exit(1);
  const pid_t child = ::fork();
  if (child != 0) ::_exit(child > 0 && ::waitpid(child, nullptr, 0) == child ? 0 : 1);
  void* own = nullptr;
  if (aclrtMallocHost(&own, 64) != 0) ::_exit(1);
  ::_exit(aclFinalize() == 0 ? 0 : 1);
}

TEST(StrictMemoryLeft, ByAParentIsNoLeakOfItsForkedChild) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(ForkAndFinalize(), ::testing::ExitedWithCode(0),
              "aclFinalize: never ended by the program: 1 host allocation\n");
}

}  // namespace
}  // namespace ferry::support
