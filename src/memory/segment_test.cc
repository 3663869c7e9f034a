#include "memory/segment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"

namespace ferry::memory {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kGiB = std::size_t{1} << 30;

// A machine with room for anything, so that a test sees only the limit it sets.
SegmentOptions Roomy() {
  return {.device_limit = 1000 * kGiB,
          .physical_limit = 1000 * kGiB,
          .cache_age = std::chrono::hours(1)};
}

template <class F>
Error ErrorOf(F call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error(Code::kOk, "");
}

TEST(Segment, AllocationsAreAlignedAndApart) {
  Segment segment(Roomy());
  const std::vector<std::size_t> sizes = {1, 511, 512, 513, 4096, 100000, kMiB, kMiB + 1, 9 * kMiB};
  std::vector<std::pair<std::byte*, std::size_t>> blocks;
  for (int round = 0; round < 20; ++round) {
    for (const std::size_t bytes : sizes) {
      auto* const block = static_cast<std::byte*>(segment.Allocate(bytes, round % 3));
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 512, 0U);
      blocks.emplace_back(block, bytes);
    }
  }
  std::sort(blocks.begin(), blocks.end());
  for (std::size_t i = 1; i < blocks.size(); ++i)
    EXPECT_LE(blocks[i - 1].first + blocks[i - 1].second, blocks[i].first);
}

TEST(Segment, EveryByteOfABlockIsItsOwn) {
  Segment segment(Roomy());
  std::vector<std::pair<std::byte*, std::size_t>> blocks;
  for (int i = 0; i < 200; ++i) {
    const std::size_t bytes = 1 + static_cast<std::size_t>(i) * 977;
    auto* const block = static_cast<std::byte*>(segment.Allocate(bytes, 0));
    std::memset(block, i, bytes);
    blocks.emplace_back(block, bytes);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto [block, bytes] = blocks[i];
    EXPECT_TRUE(std::all_of(block, block + bytes, [i](std::byte b) { return b == std::byte(i); }));
  }
}

TEST(Segment, AHundredGigabytesOfAddressesCostNoMemory) {
  Segment segment(Roomy());
  std::vector<void*> blocks;
  for (int i = 0; i < 100; ++i) blocks.push_back(segment.Allocate(kGiB, i));
  EXPECT_EQ(segment.GetStatistics().allocated_bytes, 100 * kGiB);
  EXPECT_EQ(segment.GetStatistics().committed_bytes, 0U);
  for (void* block : blocks) static_cast<char*>(block)[kGiB - 1] = 1;
  EXPECT_LT(segment.GetStatistics().committed_bytes, 8 * kMiB);
}

TEST(Segment, RefusesBeyondTheBudgetOfADevice) {
  SegmentOptions options = Roomy();
  options.device_limit = 4 * kMiB;
  Segment segment(options);
  void* const first = segment.Allocate(3 * kMiB, 5);
  const Error error = ErrorOf([&] { (void)segment.Allocate(2 * kMiB, 5); });
  EXPECT_EQ(error.code(), Code::kRtMemoryAllocation);
  EXPECT_EQ(error.message(),
            "out of memory on device 5: 2097152 bytes requested (2 MiB), 1048576 bytes free "
            "(1 MiB), limit 4194304 bytes (4 MiB; set FERRY_DEVICE_MEMORY to change it)");
  EXPECT_NE(segment.Allocate(4 * kMiB, 6), nullptr);
  segment.Free(first);
  EXPECT_NE(segment.Allocate(4 * kMiB, 5), nullptr);
}

TEST(Segment, RefusesWhatNoProcessCanAddress) {
  Segment segment(Roomy());
  EXPECT_EQ(ErrorOf([&] { (void)segment.Allocate(~std::size_t{0}, 0); }).code(),
            Code::kRtMemoryAllocation);
  EXPECT_EQ(ErrorOf([&] { (void)segment.Allocate(0, 0); }).code(), Code::kAclInvalidParam);
}

TEST(Segment, FindsTheAllocationAroundAnAddress) {
  Segment segment(Roomy());
  auto* const small = static_cast<std::byte*>(segment.Allocate(1000, 2));
  auto* const large = static_cast<std::byte*>(segment.Allocate(3 * kMiB, 7));
  EXPECT_EQ(segment.Find(small + 1023)->base, small);
  EXPECT_EQ(segment.Find(small)->bytes, 1024U);
  EXPECT_EQ(segment.Find(small)->device, 2);
  EXPECT_FALSE(segment.Find(small + 1024).has_value());
  EXPECT_EQ(segment.Find(large + 2 * kMiB)->base, large);
  EXPECT_EQ(segment.Find(large)->device, 7);
  EXPECT_EQ(segment.Find(large + 3 * kMiB - 1)->base, large);
  const auto behind = segment.Find(large + 3 * kMiB);  // the next extent may lie right there
  EXPECT_TRUE(!behind.has_value() || behind->base == large + 3 * kMiB);
  int local = 0;
  EXPECT_FALSE(segment.Find(&local).has_value());
  EXPECT_FALSE(segment.Find(nullptr).has_value());
  segment.Free(large);
  EXPECT_FALSE(segment.Find(large).has_value());
}

TEST(Segment, FreeingTwiceIsAnErrorThatNamesThePointer) {
  Segment segment(Roomy());
  for (const std::size_t bytes : {std::size_t{100}, 2 * kMiB}) {
    void* const block = segment.Allocate(bytes, 0);
    segment.Free(block);
    const Error error = ErrorOf([&] { segment.Free(block); });
    EXPECT_EQ(error.code(), Code::kAclInvalidParam);
    EXPECT_EQ(error.message(), fmt::format("{} is not memory of aclrtMalloc, or it has been "
                                           "freed already",
                                           block));
  }
}

TEST(Segment, FreeingForeignOrInnerPointersIsAnError) {
  Segment segment(Roomy());
  int local = 0;
  EXPECT_EQ(ErrorOf([&] { segment.Free(&local); }).code(), Code::kAclInvalidParam);
  auto* const block = static_cast<std::byte*>(segment.Allocate(4096, 0));
  const Error error = ErrorOf([&] { segment.Free(block + 512); });
  EXPECT_EQ(error.message(),
            fmt::format("{} lies 512 bytes inside the allocation at {}; only its beginning "
                        "can be freed",
                        static_cast<void*>(block + 512), static_cast<void*>(block)));
  segment.Free(block);
}

TEST(Segment, FreedMemoryOfTheSameSizeComesBackWithItsPages) {
  Segment segment(Roomy());
  void* const first = segment.Allocate(8 * kMiB, 0);
  segment.Commit(first, 8 * kMiB);
  segment.Free(first);
  EXPECT_EQ(segment.GetStatistics().cached_bytes, 8 * kMiB);
  EXPECT_EQ(segment.GetStatistics().committed_bytes, 8 * kMiB);
  EXPECT_NE(segment.Allocate(4 * kMiB, 1), first);
  EXPECT_EQ(segment.Allocate(8 * kMiB, 1), first);
  EXPECT_EQ(segment.GetStatistics().cached_bytes, 0U);
}

TEST(Segment, OldCachedMemoryGoesBackToTheMachine) {
  SegmentOptions options = Roomy();
  options.cache_age = std::chrono::milliseconds(5);
  Segment segment(options);
  void* const first = segment.Allocate(8 * kMiB, 0);
  segment.Commit(first, 8 * kMiB);
  segment.Free(first);
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  segment.Free(segment.Allocate(100, 0));
  EXPECT_EQ(segment.GetStatistics().committed_bytes, 0U);
  EXPECT_LT(segment.GetStatistics().mapped_bytes, 8 * kMiB);
}

TEST(Segment, SmallBlocksShareExtents) {
  Segment segment(Roomy());
  std::vector<void*> blocks;
  for (int i = 0; i < 1000; ++i) blocks.push_back(segment.Allocate(4000, 0));
  EXPECT_EQ(segment.GetStatistics().mapped_bytes, 4 * kMiB);
  for (void* block : blocks) segment.Free(block);
  EXPECT_EQ(segment.GetStatistics().cached_bytes, segment.GetStatistics().mapped_bytes);
  EXPECT_EQ(segment.GetStatistics().allocations, 0U);
  EXPECT_EQ(segment.GetStatistics().allocated_bytes, 0U);
}

TEST(Segment, FreeDeviceFreesWhatTheProgramHoldsThere) {
  Segment segment(Roomy());
  void* const large = segment.Allocate(2 * kMiB, 1);
  void* const small = segment.Allocate(64, 1);
  void* const scratch = segment.Allocate(64, 1, Owner::kFerry);
  void* const other = segment.Allocate(64, 2);
  segment.FreeDevice(1);
  EXPECT_FALSE(segment.Find(large).has_value());
  EXPECT_FALSE(segment.Find(small).has_value());
  EXPECT_TRUE(segment.Find(scratch).has_value());
  EXPECT_TRUE(segment.Find(other).has_value());
  EXPECT_EQ(segment.UsageOf(1).used, 512U);
  segment.Free(scratch);
  segment.Free(other);
}

TEST(Segment, ManyThreadsAllocateUseAndFree) {
  SegmentOptions options = Roomy();
  options.cache_age = std::chrono::milliseconds(1);
  Segment segment(options);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&segment, t] {
      for (int i = 0; i < 200; ++i) {
        const std::size_t bytes = i % 10 == 0 ? 2 * kMiB : static_cast<std::size_t>(1 + i * 37);
        auto* const block = static_cast<std::byte*>(segment.Allocate(bytes, t % 2));
        segment.Commit(block, bytes);
        std::memset(block, t, bytes);
        EXPECT_EQ(segment.Find(block + bytes / 2)->base, block);
        std::byte last{};
        segment.CopyOut(&last, block + bytes - 1, 1);
        EXPECT_EQ(last, std::byte(t));
        segment.Free(block);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(segment.GetStatistics().allocations, 0U);
  EXPECT_EQ(segment.UsageOf(0).used + segment.UsageOf(1).used, 0U);
}

}  // namespace
}  // namespace ferry::memory
