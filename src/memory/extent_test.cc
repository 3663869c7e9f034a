#include "memory/extent.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <set>
#include <vector>

namespace ferry::memory {
namespace {

constexpr std::size_t kChunk = Extent::kChunk;

TEST(Extent, CountsTheChunksThatAreMissing) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  constexpr std::size_t kChunks = 200;
  const auto file = std::make_shared<MemoryFile>();
  Extent extent(file, kChunks * kChunk);
  std::set<std::size_t> committed;
  for (int step = 0; step < 60; ++step) {
    const std::size_t begin = random() % (kChunks * kChunk);
    const std::size_t end = begin + 1 + random() % (kChunks * kChunk - begin);
    std::size_t missing = 0;
    for (std::size_t chunk = begin / kChunk; chunk * kChunk < end; ++chunk)
      missing += committed.count(chunk) == 0 ? kChunk : 0;
    ASSERT_EQ(extent.MissingBytes(begin, end), missing) << begin << ' ' << end;
    ASSERT_EQ(extent.IsCommitted(begin, end), missing == 0);
    const std::size_t part = std::min(end, begin + 3 * kChunk);
    ASSERT_TRUE(extent.Commit(begin, part));
    for (std::size_t chunk = begin / kChunk; chunk * kChunk < part; ++chunk)
      committed.insert(chunk);
    ASSERT_EQ(file->CommittedBytes(), committed.size() * kChunk);
  }
}

TEST(Extent, RetiringGivesItsPagesBackAndNoOthers) {
  const auto file = std::make_shared<MemoryFile>();
  Extent first(file, 4 * kChunk);
  Extent second(file, 4 * kChunk);
  std::memset(first.base(), 1, 4 * kChunk);
  std::memset(second.base(), 2, 4 * kChunk);
  EXPECT_EQ(file->CommittedBytes(), 8 * kChunk);
  first.Retire();
  EXPECT_TRUE(first.retired());
  EXPECT_EQ(file->CommittedBytes(), 4 * kChunk);
  EXPECT_EQ(second.base()[0], std::byte{2});
  EXPECT_EQ(second.base()[4 * kChunk - 1], std::byte{2});
}

TEST(MemoryFile, NeverGivesAnOffsetTwice) {
  MemoryFile file;
  EXPECT_EQ(file.Extend(kChunk), 0U);
  EXPECT_EQ(file.Extend(3 * kChunk), kChunk);
  file.Punch(0, kChunk);
  EXPECT_EQ(file.Extend(kChunk), 4 * kChunk);
}

}  // namespace
}  // namespace ferry::memory
