#include "comm/join/frame.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace ferry::comm {
namespace {

using namespace std::string_literals;

TEST(Frame, IsItsLengthLittleEndianAndItsContent) {
  EXPECT_EQ(MakeFrame("abc"), "\3\0\0\0abc"s);
  EXPECT_EQ(MakeFrame(""), "\0\0\0\0"s);
  EXPECT_EQ(MakeFrame(std::string(0x10203, 'x')).substr(0, 5), "\3\2\1\0x"s);
}

TEST(Frame, IsFoundHoweverTheStreamIsCut) {
  const std::string stream = MakeFrame("first") + MakeFrame("") + MakeFrame("third\0!"s);
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameReader reader(100);
    std::vector<std::string> frames;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.Append(std::string_view(stream).substr(at, piece));
      while (auto frame = reader.Next()) frames.push_back(*frame);
    }
    EXPECT_EQ(frames, (std::vector<std::string>{"first", "", "third\0!"s})) << piece;
  }
}

TEST(Frame, ThatHasNotArrivedWholeIsNone) {
  FrameReader reader(100);
  EXPECT_FALSE(reader.Next());
  const std::string frame = MakeFrame("abc");
  for (const char byte : frame.substr(0, frame.size() - 1)) {
    reader.Append({&byte, 1});
    EXPECT_FALSE(reader.Next());
  }
  reader.Append("c");
  EXPECT_EQ(reader.Next(), "abc");
  EXPECT_FALSE(reader.Next());
}

TEST(Frame, OfTheLimitIsTakenAndALongerOneRefusedByItsLengthAlone) {
  FrameReader reader(5);
  reader.Append(MakeFrame("12345"));
  EXPECT_EQ(reader.Next(), "12345");
  reader.Append("\6\0\0\0"s);
  EXPECT_THROW((void)reader.Next(), Error);
  EXPECT_THROW((void)reader.Next(), Error) << "the stream is of no use any more";
  FrameReader largest(kMaxRequestFrame);
  largest.Append("\xff\xff\xff\xff"s);
  EXPECT_THROW((void)largest.Next(), Error);
}

}  // namespace
}  // namespace ferry::comm
