// Which pages exist, and what happens when there are no more.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "memory/segment.h"

namespace ferry::memory {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kGiB = std::size_t{1} << 30;

SegmentOptions Limited(std::uint64_t physical_limit) {
  return {.device_limit = 1000 * kGiB,
          .physical_limit = physical_limit,
          .cache_age = std::chrono::hours(1)};
}

std::uint64_t Committed(const Segment& segment) {
  return segment.GetStatistics().committed_bytes;
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

TEST(Commit, MakesThePagesOfTheRangeOnly) {
  Segment segment(Limited(kGiB));
  auto* const block = static_cast<std::byte*>(segment.Allocate(10 * kGiB, 0));
  segment.Commit(block + 5 * kGiB, kMiB);
  EXPECT_EQ(Committed(segment), kMiB);
  segment.Commit(block + 5 * kGiB, kMiB);
  segment.Commit(block + 5 * kGiB + 17, 100);
  EXPECT_EQ(Committed(segment), kMiB);
  segment.Commit(block + 5 * kGiB + kMiB / 2, kMiB);
  EXPECT_EQ(Committed(segment), kMiB + kMiB / 2);
}

TEST(Commit, LeavesForeignMemoryAlone) {
  Segment segment(Limited(0));
  std::vector<std::byte> foreign(kMiB);
  EXPECT_NO_THROW(segment.Commit(foreign.data(), foreign.size()));
  EXPECT_NO_THROW(segment.Commit(nullptr, 0));
  EXPECT_EQ(Committed(segment), 0U);
}

TEST(Commit, RefusesBeyondThePhysicalLimit) {
  Segment segment(Limited(8 * kMiB));
  auto* const block = static_cast<std::byte*>(segment.Allocate(kGiB, 3));
  segment.Commit(block, 6 * kMiB);
  const Error error = ErrorOf([&] { segment.Commit(block, 12 * kMiB); });
  EXPECT_EQ(error.code(), Code::kRtMemoryAllocation);
  EXPECT_EQ(error.message().rfind("out of memory: device 3 needs 6291456 bytes (6 MiB) more; this "
                                  "process has committed 6 MiB of its limit 8 MiB, and ",
                                  0),
            0U)
      << error.message();
  EXPECT_EQ(Committed(segment), 6 * kMiB);
  segment.Commit(block, 8 * kMiB);
  EXPECT_EQ(Committed(segment), 8 * kMiB);
}

TEST(Commit, TakesTheCacheBeforeItRefuses) {
  Segment segment(Limited(8 * kMiB));
  void* const old = segment.Allocate(6 * kMiB, 0);
  segment.Commit(old, 6 * kMiB);
  segment.Free(old);
  void* const block = segment.Allocate(7 * kMiB, 0);
  segment.Commit(block, 7 * kMiB);
  EXPECT_EQ(Committed(segment), 7 * kMiB);
  EXPECT_EQ(segment.GetStatistics().cached_bytes, 0U);
}

TEST(Commit, RefusesARangeThatLeavesItsAllocation) {
  Segment segment(Limited(kGiB));
  auto* const block = static_cast<std::byte*>(segment.Allocate(1000, 0));
  EXPECT_NO_THROW(segment.Commit(block, 1024));
  EXPECT_EQ(ErrorOf([&] { segment.Commit(block, 1025); }).code(), Code::kRtParamInvalid);
  EXPECT_EQ(ErrorOf([&] { segment.Commit(block + 1000, 25); }).code(), Code::kRtParamInvalid);
  EXPECT_EQ(ErrorOf([&] { segment.Commit(block + 1, ~std::size_t{0}); }).code(),
            Code::kRtParamInvalid);
}

TEST(Commit, OfManyThreadsIsCountedOnce) {
  Segment segment(Limited(16 * kMiB));
  auto* const block = static_cast<std::byte*>(segment.Allocate(16 * kMiB, 0));
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (std::size_t at = 0; at < 16 * kMiB; at += kMiB / 4) segment.Commit(block + at, kMiB / 4);
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Committed(segment), 16 * kMiB);
}

TEST(CopyOut, ReadsHolesAsZerosWithoutMakingPages) {
  Segment segment(Limited(kGiB));
  auto* const block = static_cast<std::byte*>(segment.Allocate(64 * kMiB, 0));
  std::memset(block + 10 * kMiB + 5, 7, 3);
  const std::uint64_t before = Committed(segment);
  std::vector<std::byte> copy(64 * kMiB, std::byte{0xEE});
  segment.CopyOut(copy.data(), block, copy.size());
  EXPECT_EQ(Committed(segment), before);
  std::vector<std::byte> expected(copy.size(), std::byte{0});
  std::memset(expected.data() + 10 * kMiB + 5, 7, 3);
  EXPECT_EQ(std::memcmp(copy.data(), expected.data(), copy.size()), 0);
}

TEST(CopyOut, TakesPartsOfPages) {
  Segment segment(Limited(kGiB));
  constexpr std::size_t kBytes = 300000;
  auto* const block = static_cast<std::byte*>(segment.Allocate(kBytes, 0));
  std::vector<std::byte> expected(kBytes, std::byte{0});
  for (std::size_t at = 0; at < kBytes; at += 40000) {
    std::memset(block + at, static_cast<int>(at / 40000 + 1), 100);
    std::memset(expected.data() + at, static_cast<int>(at / 40000 + 1), 100);
  }
  for (std::size_t begin : {std::size_t{0}, std::size_t{1}, std::size_t{4095}, std::size_t{39999}})
    for (std::size_t bytes :
         {std::size_t{0}, std::size_t{1}, std::size_t{4097}, std::size_t{200000}}) {
      std::vector<std::byte> copy(bytes, std::byte{0xEE});
      segment.CopyOut(copy.data(), block + begin, bytes);
      EXPECT_TRUE(std::equal(copy.begin(), copy.end(),
                             expected.begin() + static_cast<std::ptrdiff_t>(begin)))
          << begin << ' ' << bytes;
    }
}

TEST(CopyOut, CopiesForeignMemoryToo) {
  const Segment segment(Limited(kGiB));
  const std::string from = "plain memory";
  std::string to(from.size(), '?');
  segment.CopyOut(to.data(), from.data(), from.size());
  EXPECT_EQ(to, from);
}

TEST(CopyOut, OverlappingRangesMove) {
  Segment segment(Limited(kGiB));
  auto* const block = static_cast<unsigned char*>(segment.Allocate(1000, 0));
  std::iota(block, block + 200, static_cast<unsigned char>(0));
  segment.CopyOut(block + 50, block, 150);
  for (int i = 0; i < 150; ++i) ASSERT_EQ(block[50 + i], i);
}

TEST(CopyIn, CommitsWhatItWrites) {
  Segment segment(Limited(4 * kMiB));
  auto* const block = static_cast<std::byte*>(segment.Allocate(kGiB, 0));
  std::vector<std::byte> source(8 * kMiB, std::byte{9});
  segment.CopyIn(block + kMiB, source.data(), 2 * kMiB);
  EXPECT_EQ(Committed(segment), 2 * kMiB);
  EXPECT_EQ(block[3 * kMiB - 1], std::byte{9});
  EXPECT_EQ(ErrorOf([&] { segment.CopyIn(block, source.data(), 8 * kMiB); }).code(),
            Code::kRtMemoryAllocation);
  EXPECT_EQ(Committed(segment), 2 * kMiB);
}

TEST(CopyIn, BetweenDevicesDoesNotFillTheSource) {
  Segment segment(Limited(kGiB));
  void* const from = segment.Allocate(32 * kMiB, 0);
  void* const to = segment.Allocate(32 * kMiB, 1);
  segment.CopyIn(to, from, 32 * kMiB);
  EXPECT_EQ(Committed(segment), 32 * kMiB);
}

TEST(CopyIn, StaysInTheAllocationsOfBothEnds) {
  Segment segment(Limited(kGiB));
  auto* const small = static_cast<std::byte*>(segment.Allocate(512, 0));
  auto* const large = static_cast<std::byte*>(segment.Allocate(kMiB, 0));
  const Error dst = ErrorOf([&] { segment.CopyIn(small, large, 513); });
  EXPECT_EQ(dst.code(), Code::kRtParamInvalid);
  EXPECT_EQ(dst.message().find("dst is 513 bytes at 0x"), 0U) << dst.message();
  EXPECT_NE(dst.message().find("must be at most the 512 bytes"), std::string::npos);
  const Error src = ErrorOf([&] { segment.CopyIn(large, small + 1, 512); });
  EXPECT_EQ(src.code(), Code::kRtParamInvalid);
  EXPECT_EQ(src.message().find("src is 512 bytes at 0x"), 0U) << src.message();
  EXPECT_EQ(Committed(segment), 0U) << "a refused copy makes no pages";
  std::vector<std::byte> plain(kMiB);
  EXPECT_EQ(ErrorOf([&] { segment.CopyOut(plain.data(), small, 513); }).code(),
            Code::kRtParamInvalid);
  EXPECT_NO_THROW(segment.CopyIn(small, small, 512));
}

TEST(Fill, StaysInItsAllocation) {
  Segment segment(Limited(kGiB));
  void* const block = segment.Allocate(512, 0);
  const Error error = ErrorOf([&] { segment.Fill(block, 0, 513); });
  EXPECT_EQ(error.code(), Code::kRtParamInvalid);
  EXPECT_EQ(error.message().find("devPtr is 513 bytes at 0x"), 0U) << error.message();
}

TEST(Fill, RefusesFreedMemoryAndRangesWithoutAnEnd) {
  Segment segment(Limited(kGiB));
  void* const kept = segment.Allocate(512, 0);
  void* const freed = segment.Allocate(512, 0);
  segment.Free(freed);
  EXPECT_EQ(ErrorOf([&] { segment.Fill(freed, 0, 512); }).code(), Code::kRtParamInvalid);
  std::byte foreign{};
  EXPECT_EQ(ErrorOf([&] { segment.Fill(&foreign, 0, SIZE_MAX - 3); }).code(),
            Code::kRtParamInvalid);
  EXPECT_EQ(ErrorOf([&] { segment.CopyOut(kept, &foreign, SIZE_MAX / 2); }).code(),
            Code::kRtParamInvalid);
}

TEST(Fill, CommitsAndSets) {
  Segment segment(Limited(2 * kMiB));
  auto* const block = static_cast<std::byte*>(segment.Allocate(4 * kMiB, 0));
  segment.Fill(block, 0x5A, 2 * kMiB);
  EXPECT_EQ(block[2 * kMiB - 1], std::byte{0x5A});
  EXPECT_EQ(Committed(segment), 2 * kMiB);
  EXPECT_EQ(ErrorOf([&] { segment.Fill(block, 0, 4 * kMiB); }).code(), Code::kRtMemoryAllocation);
}

}  // namespace
}  // namespace ferry::memory
