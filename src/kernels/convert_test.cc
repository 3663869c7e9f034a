#include "kernels/convert.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kernels/float_environment.h"

namespace ferry::kernels {
namespace {

bool IsNaN16(std::uint16_t bits, std::uint16_t infinity) {
  return (bits & 0x7fff) > infinity;
}

TEST(Convert, EveryBFloat16ComesBack) {
  for (std::uint32_t i = 0; i <= 0xffff; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    ASSERT_EQ(FloatToBFloat16(BFloat16ToFloat(bits)), IsNaN16(bits, 0x7f80) ? kBFloat16NaN : bits);
  }
}

TEST(Convert, EveryHalfComesBack) {
  for (std::uint32_t i = 0; i <= 0xffff; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    ASSERT_EQ(FloatToHalf(HalfToFloat(bits)), IsNaN16(bits, 0x7c00) ? kHalfNaN : bits);
  }
}

TEST(Convert, HalfHasItsStatedValues) {
  EXPECT_EQ(HalfToFloat(0x3c00), 1.0f);
  EXPECT_EQ(HalfToFloat(0x0001), 0x1p-24f);
  EXPECT_EQ(HalfToFloat(0x03ff), 0x1p-14f - 0x1p-24f);
  EXPECT_EQ(HalfToFloat(0xfbff), -65504.0f);
  EXPECT_EQ(HalfToFloat(0x7c00), std::numeric_limits<float>::infinity());
}

// Between two neighbours the middle goes to the even one, and anything beside it to the nearer.
TEST(Convert, HalvesRoundToNearestEven) {
  for (std::uint16_t low = 0; low < 0x7bff; ++low) {
    const auto high = static_cast<std::uint16_t>(low + 1);
    const float middle = (HalfToFloat(low) + HalfToFloat(high)) / 2.0f;
    ASSERT_EQ(FloatToHalf(middle), low % 2 == 0 ? low : high) << low;
    ASSERT_EQ(FloatToHalf(std::nextafter(middle, 1e9f)), high) << low;
    ASSERT_EQ(FloatToHalf(std::nextafter(middle, -1e9f)), low) << low;
  }
}

TEST(Convert, BFloat16sRoundToNearestEven) {
  for (std::uint32_t low = 0; low < 0x7f7f; ++low) {
    const std::uint32_t high = low + 1;
    const float middle = std::bit_cast<float>((low << 16) + 0x8000);
    ASSERT_EQ(FloatToBFloat16(middle), low % 2 == 0 ? low : high);
    ASSERT_EQ(FloatToBFloat16(std::nextafter(middle, std::numeric_limits<float>::infinity())),
              high);
    ASSERT_EQ(FloatToBFloat16(std::nextafter(middle, -1.0f)), low);
  }
}

TEST(Convert, LargeValuesOverflowToInfinity) {
  EXPECT_EQ(FloatToHalf(65519.996f), 0x7bff);
  EXPECT_EQ(FloatToHalf(65520.0f), 0x7c00);
  EXPECT_EQ(FloatToHalf(-1e30f), 0xfc00);
  EXPECT_EQ(FloatToBFloat16(std::numeric_limits<float>::max()), 0x7f80);
}

TEST(Convert, NaNIsCanonical) {
  EXPECT_EQ(FloatToHalf(-std::numeric_limits<float>::quiet_NaN()), kHalfNaN);
  EXPECT_EQ(FloatToBFloat16(std::bit_cast<float>(0xff800001U)), kBFloat16NaN);
}

#if defined(__x86_64__)
TEST(FloatEnvironment, SubnormalsSurviveAProgramThatFlushesThem) {
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);  // FTZ and DAZ, as -ffast-math sets them
  volatile float smallest = 0x1p-149f;
  const unsigned flushing = _mm_getcsr();
  {
    const IeeeFloatEnvironment environment;
    volatile float twice = smallest + smallest;
    EXPECT_EQ(std::bit_cast<std::uint32_t>(static_cast<float>(twice)), 2U);
  }
  EXPECT_EQ(_mm_getcsr() & 0x8040U, flushing & 0x8040U);
  _mm_setcsr(before);
}
#endif

}  // namespace
}  // namespace ferry::kernels
