#include "kernels/copy_row.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace ferry::kernels {
namespace {

std::vector<std::byte> RandomBytes(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> bytes(count);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

class CopyWithHint : public testing::TestWithParam<CopyHint> {};
INSTANTIATE_TEST_SUITE_P(Hints, CopyWithHint,
                         testing::Values(CopyHint::kCached, CopyHint::kStreaming));

TEST_P(CopyWithHint, MovesExactlyTheBytesAtAnyAlignment) {
  const auto source = RandomBytes(4096, 3);
  for (std::size_t bytes = 0; bytes < 700; bytes += bytes < 140 ? 1 : 37) {
    for (std::size_t shift : {0U, 1U, 7U, 16U, 63U}) {
      std::vector<std::byte> target(1024, std::byte{0x77});
      std::vector<std::byte> expected = target;
      std::copy_n(source.begin() + 5, bytes, expected.begin() + static_cast<std::ptrdiff_t>(shift));
      CopyRow(target.data() + shift, source.data() + 5, bytes, GetParam());
      StreamFence();
      ASSERT_EQ(target, expected) << bytes << " bytes at " << shift;
    }
  }
}

TEST_P(CopyWithHint, MovesALongRow) {
  const auto source = RandomBytes(1 << 20, 4);
  std::vector<std::byte> target(source.size());
  CopyRow(target.data(), source.data(), source.size(), GetParam());
  StreamFence();
  EXPECT_EQ(target, source);
}

TEST(CopyRowStrided, MovesElementsOfEverySizeAndDirection) {
  for (const std::size_t element : {1U, 2U, 4U, 8U}) {
    const auto size = static_cast<std::int64_t>(element);
    const auto source = RandomBytes(100 * element, 9);
    std::vector<std::byte> target(100 * element, std::byte{0});
    // Every third element, last first, to every second place.
    CopyRowStrided(target.data(), 2 * size, source.data() + 99 * size, -3 * size, 30, element);
    for (std::int64_t i = 0; i < 30; ++i) {
      for (std::int64_t b = 0; b < size; ++b) {
        ASSERT_EQ(target[static_cast<std::size_t>(2 * i * size + b)],
                  source[static_cast<std::size_t>((99 - 3 * i) * size + b)]);
        ASSERT_EQ(target[static_cast<std::size_t>((2 * i + 1) * size + b)], std::byte{0});
      }
    }
  }
}

TEST(CopyRowStrided, AStrideOfZeroRepeatsAnElement) {
  const auto source = RandomBytes(4, 1);
  std::vector<std::byte> target(12);
  CopyRowStrided(target.data(), 4, source.data(), 0, 3, 4);
  EXPECT_EQ(target[8], source[0]);
  EXPECT_EQ(target[11], source[3]);
}

}  // namespace
}  // namespace ferry::kernels
