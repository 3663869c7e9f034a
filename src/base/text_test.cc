#include "base/text.h"

#include <gtest/gtest.h>

namespace ferry {
namespace {

TEST(ParseInteger, TakesSignAndDigits) {
  EXPECT_EQ(ParseInteger("0"), 0);
  EXPECT_EQ(ParseInteger("+17"), 17);
  EXPECT_EQ(ParseInteger("-17"), -17);
  EXPECT_EQ(ParseInteger("9223372036854775807"), 9223372036854775807);
}

TEST(ParseInteger, RefusesAnythingElse) {
  for (const char* text : {"", " 1", "1 ", "1x", "x", "+", "-", "+-1", "9223372036854775808"})
    EXPECT_EQ(ParseInteger(text), std::nullopt) << '"' << text << '"';
}

TEST(ParseBytes, TakesPowersOf1024) {
  EXPECT_EQ(ParseBytes("512"), 512U);
  EXPECT_EQ(ParseBytes("3K"), 3072U);
  EXPECT_EQ(ParseBytes("3m"), 3U << 20);
  EXPECT_EQ(ParseBytes("64G"), std::uint64_t{64} << 30);
  EXPECT_EQ(ParseBytes("2T"), std::uint64_t{2} << 40);
  EXPECT_EQ(ParseBytes("18446744073709551615"), ~std::uint64_t{0});
}

TEST(ParseBytes, RefusesAnythingElse) {
  for (const char* text :
       {"", "G", "-1", "+1", "1 G", "1GB", "1.5G", "18446744073709551616", "17179869184G", "0x10"})
    EXPECT_EQ(ParseBytes(text), std::nullopt) << '"' << text << '"';
}

TEST(FormatBytes, ChoosesAUnit) {
  EXPECT_EQ(FormatBytes(0), "0 bytes");
  EXPECT_EQ(FormatBytes(1023), "1023 bytes");
  EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
  EXPECT_EQ(FormatBytes(std::uint64_t{64} << 30), "64 GiB");
  EXPECT_EQ(FormatBytes(std::uint64_t{4096} << 40), "4096 TiB");
}

TEST(ReadSmallFile, DropsTheLastNewline) {
  const auto status = ReadSmallFile("/proc/self/comm");
  ASSERT_TRUE(status.has_value());
  EXPECT_FALSE(status->empty());
  EXPECT_EQ(status->find('\n'), std::string::npos);
}

TEST(ReadSmallFile, AMissingFileIsNothing) {
  EXPECT_EQ(ReadSmallFile("/proc/self/no such file"), std::nullopt);
  EXPECT_EQ(ReadSmallFile("/proc/self"), std::nullopt);  // a folder
}

}  // namespace
}  // namespace ferry
