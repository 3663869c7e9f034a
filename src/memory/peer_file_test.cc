#include "memory/peer_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "memory/segment.h"

namespace ferry::memory {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

SegmentOptions Roomy() {
  return {.device_limit = std::uint64_t{1} << 40,
          .physical_limit = std::uint64_t{1} << 40,
          .cache_age = std::chrono::hours(1),
          .guarded = false};
}

class PeerFileTest : public ::testing::Test {
 protected:
  // A block of the owner whose bytes are `value`.
  std::byte* Block(std::size_t bytes, int value) {
    auto* const block = static_cast<std::byte*>(segment_.Allocate(bytes, 0));
    segment_.Fill(block, value, bytes);
    return block;
  }
  const std::byte* Seen(const void* begin, std::size_t bytes) {
    return peer_.At(segment_.OffsetOf(begin, bytes).value(), bytes);
  }
  std::string Refusal(std::uint64_t offset, std::uint64_t bytes) {
    try {
      (void)peer_.At(offset, bytes);
    } catch (const Error& error) {
      return error.message();
    }
    return "";
  }

  Segment segment_{Roomy()};
  PeerFile peer_{segment_.OpenReadOnly()};
};

TEST_F(PeerFileTest, AReaderSeesWhatTheOwnerWritesWhereverItLies) {
  std::byte* const large = Block(3 * kMiB, 7);
  std::byte* const small = Block(600, 9);
  EXPECT_EQ(std::memcmp(Seen(large, 3 * kMiB), large, 3 * kMiB), 0);
  const std::byte* const seen = Seen(small + 100, 500);
  EXPECT_EQ(seen[499], std::byte{9});
  small[599] = std::byte{10};
  EXPECT_EQ(seen[499], std::byte{10});
}

TEST_F(PeerFileTest, GrowsWithTheFileAndKeepsOldMappings) {
  std::byte* const first = Block(kMiB, 1);
  const std::byte* const early = Seen(first, kMiB);
  const std::uint64_t mapped = peer_.MappedBytes();
  std::byte* const second = Block(2 * kMiB, 2);
  EXPECT_EQ(*Seen(second, 2 * kMiB), std::byte{2});
  EXPECT_EQ(peer_.MappedBytes(), mapped);  // the file grew into what was mapped
  std::byte* const far = static_cast<std::byte*>(segment_.Allocate(300 * kMiB, 0));
  segment_.Fill(far + 299 * kMiB, 3, kMiB);
  EXPECT_EQ(Seen(far, 300 * kMiB)[300 * kMiB - 1], std::byte{3});
  EXPECT_GT(peer_.MappedBytes(), mapped);
  EXPECT_EQ(early[kMiB - 1], std::byte{1});
}

TEST_F(PeerFileTest, ARangeBehindTheEndIsAnErrorAndNotASignal) {
  std::byte* const block = Block(kMiB, 1);
  const std::uint64_t end = segment_.OffsetOf(block, kMiB).value() + kMiB;
  EXPECT_EQ(Refusal(end - 1, 1), "");
  EXPECT_NE(Refusal(end - 1, 2).find("of a peer's memory is wanted, which has"), std::string::npos);
  EXPECT_NE(Refusal(2, ~std::uint64_t{0}).find("have no end"), std::string::npos);
  EXPECT_NE(Refusal(std::uint64_t{1} << 62, 1).find("is wanted"), std::string::npos);
}

TEST_F(PeerFileTest, WhatTheOwnerFreedReadsAsSomethingAndNeverFaults) {
  std::byte* const block = Block(kMiB, 5);
  const std::byte* const seen = Seen(block, kMiB);
  segment_.Free(block);
  EXPECT_TRUE(seen[0] == std::byte{5} || seen[0] == std::byte{0});
  EXPECT_FALSE(segment_.OffsetOf(block, 1));
}

TEST_F(PeerFileTest, ThePeerCannotWriteShrinkOrPunch) {
  (void)Block(kMiB, 5);
  const UniqueFd fd = segment_.OpenReadOnly();
  EXPECT_EQ(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0), MAP_FAILED);
  EXPECT_NE(::ftruncate(fd.get(), 0), 0);
  EXPECT_NE(::fallocate(fd.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096), 0);
}

TEST_F(PeerFileTest, AFileThatMayShrinkIsRefused) {
  UniqueFd unsealed(::memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  EXPECT_THROW(PeerFile{std::move(unsealed)}, Error);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const UniqueFd writer(ends[1]);
  EXPECT_THROW(PeerFile{UniqueFd(ends[0])}, Error);
}

TEST_F(PeerFileTest, ManyThreadsReadWhileTheFileGrows) {
  std::vector<std::thread> readers;
  std::vector<std::uint64_t> offsets;
  for (int i = 0; i < 40; ++i) {
    std::byte* const block = static_cast<std::byte*>(segment_.Allocate(8 * kMiB, 0));
    segment_.Fill(block, i, 64);
    offsets.push_back(segment_.OffsetOf(block, 64).value());
  }
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t)
    readers.emplace_back([&] {
      for (std::size_t i = 0; i < offsets.size(); ++i)
        if (*peer_.At(offsets[i], 64) != static_cast<std::byte>(i)) ++wrong;
    });
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong.load(), 0);
}

TEST(OffsetOf, KnowsOursInsideOneExtentOnly) {
  Segment segment(Roomy());
  auto* const block = static_cast<std::byte*>(segment.Allocate(2 * kMiB, 0, Owner::kFerry));
  EXPECT_EQ(segment.OffsetOf(block + 5, 1).value(), segment.OffsetOf(block, 1).value() + 5);
  EXPECT_TRUE(segment.OffsetOf(block, 2 * kMiB));
  EXPECT_FALSE(segment.OffsetOf(block + 1, 2 * kMiB));
  EXPECT_FALSE(segment.OffsetOf(block, ~std::size_t{0}));
  const int foreign = 0;
  EXPECT_FALSE(segment.OffsetOf(&foreign, sizeof foreign));
}

}  // namespace
}  // namespace ferry::memory
