#include "memory/guard_pages.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "memory/segment.h"

namespace ferry::memory {
namespace {

// A handler of the test's own, so that a sanitizer's does not speak before the process ends.
void EndQuietly(int) {
  ::_exit(3);
}

class GuardedSegment : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ::signal(SIGSEGV, EndQuietly); }

  [[nodiscard]] std::byte* Allocate(std::size_t bytes) {
    return static_cast<std::byte*>(segment_.Allocate(bytes, 3));
  }
  [[nodiscard]] std::string FreeText(void* pointer) {
    try {
      segment_.Free(pointer);
    } catch (const Error& error) {
      return error.message();
    }
    return {};
  }

  Segment segment_{{.device_limit = std::uint64_t{1} << 30, .guarded = true}};
};

void Write(volatile std::byte* at) {
  *at = std::byte{1};
}

TEST_F(GuardedSegment, HandsOutAlignedMemoryOfTheExactSize) {
  for (const std::size_t bytes : {64U, 96U, 512U, 4096U, 4128U, 65536U, 1048608U}) {
    std::byte* const block = Allocate(bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 512, 0U);
    EXPECT_EQ(segment_.Find(block)->bytes, bytes);
    EXPECT_FALSE(segment_.Find(block + bytes).has_value());
    EXPECT_EQ(FreeText(block), "");
  }
  EXPECT_EQ(segment_.GetStatistics().allocations, 0U);
  EXPECT_EQ(segment_.GetStatistics().committed_bytes, 0U);
  EXPECT_EQ(segment_.UsageOf(3).used, 0U);
}

TEST_F(GuardedSegment, FillsFreshMemoryWithNaN) {
  std::byte* const block = Allocate(4128);
  EXPECT_TRUE(std::all_of(block, block + 4128, [](std::byte b) { return b == std::byte{0xFF}; }));
  float value = 0;
  std::memcpy(&value, block, sizeof(value));
  EXPECT_NE(value, value);
}

TEST_F(GuardedSegment, TellsAtFreeWhatWasWrittenIntoTheSlack) {
  std::byte* const block = Allocate(96);
  block[96 + 7] = std::byte{0};
  const std::string text = FreeText(block);
  EXPECT_NE(text.find(" has 1 byte(s) written behind its end"), std::string::npos) << text;
  EXPECT_NE(text.find("; allocate more or write less"), std::string::npos) << text;
  EXPECT_NE(text.find("the first 8 byte(s) behind it"), std::string::npos) << text;
  EXPECT_NE(text.find("96 usable bytes"), std::string::npos) << text;
  EXPECT_NE(text.find("device 3"), std::string::npos) << text;
  EXPECT_NE(FreeText(block).find("freed already"), std::string::npos);
}

TEST_F(GuardedSegment, NamesTheAllocationBehindWhichTheProgramReached) {
  std::byte* const block = Allocate(1024);
  EXPECT_EXIT(
      Write(block + 1024), ::testing::ExitedWithCode(3),
      "SIGSEGV: 0x[0-9a-f]+ is 1 byte\\(s\\) behind the end of an allocation of 1024 usable "
      "bytes .* on device 3, created at ");
  EXPECT_EXIT(Write(block + 1024 + 99), ::testing::ExitedWithCode(3), "is 100 byte\\(s\\) behind");
}

TEST_F(GuardedSegment, NamesTheAllocationBeforeWhichTheProgramReached) {
  std::byte* const block = Allocate(1024);
  EXPECT_EXIT(Write(block - 8192), ::testing::ExitedWithCode(3),
              "is 8192 byte\\(s\\) before the beginning of an allocation of 1024 usable bytes");
}

TEST_F(GuardedSegment, NamesFreedMemoryThatTheProgramStillUses) {
  std::byte* const block = Allocate(1024);
  segment_.Free(block);
  EXPECT_EXIT(Write(block + 16), ::testing::ExitedWithCode(3),
              "is memory that was freed, byte 16 of an allocation of 1024 usable bytes .* on "
              "device 3, created at ");
}

// In a process of its own, whose handler is the first to be there.
void BeSent(void (*before)(int)) {
  ::signal(SIGSEGV, before);
  Segment segment({.device_limit = std::uint64_t{1} << 30, .guarded = true});
  (void)segment.Allocate(64, 3);
  ::kill(::getpid(), SIGSEGV);
  ::_exit(7);
}

TEST(FaultReport, LetsASignalThatWasSentEndTheProgramOrBeIgnored) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(BeSent(SIG_DFL), ::testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EXIT(BeSent(SIG_IGN), ::testing::ExitedWithCode(7), "");
}

TEST_F(GuardedSegment, LeavesTheLibrarysOwnMemoryAlone) {
  void* const scratch = segment_.Allocate(1000, 0, Owner::kFerry);
  EXPECT_EQ(segment_.Find(scratch)->bytes, 1024U);
  segment_.Free(scratch);
}

TEST_F(GuardedSegment, RefusesWhatItCannotFill) {
  Segment small({.device_limit = std::uint64_t{1} << 30,
                 .physical_limit = std::uint64_t{1} << 20,
                 .guarded = true});
  EXPECT_THROW((void)small.Allocate(std::size_t{2} << 20, 0), Error);
  EXPECT_EQ(small.GetStatistics().allocations, 0U);
  EXPECT_EQ(small.UsageOf(0).used, 0U);
}

TEST_F(GuardedSegment, GivesAllOfADeviceBack) {
  (void)Allocate(64);
  (void)Allocate(1 << 20);
  segment_.FreeDevice(3);
  EXPECT_EQ(segment_.GetStatistics().allocations, 0U);
  EXPECT_EQ(segment_.GetStatistics().committed_bytes, 0U);
}

}  // namespace
}  // namespace ferry::memory
