#include "base/log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"

namespace ferry {
namespace {

// What `write_lines` puts on stderr at level `level` ("" unsets FERRY_LOG).
template <class F>
std::string Captured(const char* level, F write_lines) {
  if (*level == '\0') {
    ::unsetenv("FERRY_LOG");
  } else {
    ::setenv("FERRY_LOG", level, 1);
  }
  testing::internal::CaptureStderr();
  write_lines();
  std::string text = testing::internal::GetCapturedStderr();
  ::unsetenv("FERRY_LOG");
  return text;
}

void OneOfEach() {
  log::Debug("d");
  log::Info("i");
  log::Warning("w");
  log::Error("e");
}

TEST(Log, PrintsOnlyErrorsByDefault) {
  EXPECT_EQ(Captured("", OneOfEach), "[ferry] e\n");
}

TEST(Log, PrintsItsLevelAndAbove) {
  EXPECT_EQ(Captured("debug", OneOfEach), "[ferry] d\n[ferry] i\n[ferry] w\n[ferry] e\n");
  EXPECT_EQ(Captured("info", OneOfEach), "[ferry] i\n[ferry] w\n[ferry] e\n");
  EXPECT_EQ(Captured("warning", OneOfEach), "[ferry] w\n[ferry] e\n");
  EXPECT_EQ(Captured("error", OneOfEach), "[ferry] e\n");
  EXPECT_EQ(Captured("off", OneOfEach), "");
}

TEST(Log, AMessageWithNewlinesStaysOneLine) {
  EXPECT_EQ(Captured("", [] { log::Error("a\nb\n"); }), "[ferry] a b \n");
}

TEST(Log, ALongMessageIsNotCut) {
  const std::string longer(20000, 'x');
  EXPECT_EQ(Captured("", [&] { log::Error(longer); }), "[ferry] " + longer + "\n");
}

TEST(Log, KeepsErrno) {
  Captured("", [] {
    errno = ENOENT;
    log::Error("x");
    EXPECT_EQ(errno, ENOENT);
  });
}

TEST(Log, WhatManySayAlikeIsOneLine) {
  const std::string text = Captured("", [] {
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([] {
        for (int i = 0; i < 100; ++i) log::ErrorOnce("call 7 failed");
      });
    for (auto& thread : threads) thread.join();
    log::ErrorOnce("call 8 failed");
    log::ErrorOnce("call 7 failed");
  });
  EXPECT_EQ(text, "[ferry] call 7 failed\n[ferry] call 8 failed\n");
}

TEST(Log, WhatWasSaidInOtherWordsIsNotSaidAgain) {
  EXPECT_EQ(Captured("",
                     [] {
                       log::Remember("call 9 failed");
                       log::ErrorOnce("call 9 failed; with a stack");
                       log::ErrorOnce("call 9 failed");
                     }),
            "[ferry] call 9 failed; with a stack\n");
}

TEST(Log, WhatWasSaidLongAgoIsSaidAgain) {
  const std::string text = Captured("", [] {
    log::ErrorOnce("long ago");
    for (int i = 0; i < 20000; ++i) log::ErrorOnce(std::to_string(i));
    log::ErrorOnce("long ago");
  });
  EXPECT_NE(text.find("[ferry] 19999\n"), std::string::npos);
  EXPECT_NE(text.find("[ferry] long ago\n"), text.rfind("[ferry] long ago\n"));
}

TEST(Log, WhatIsAskedForIsPrintedLineByLineAtAnyLevel) {
  EXPECT_EQ(Captured("off", [] { log::Print("a\n  b\n\nc"); }),
            "[ferry] a\n[ferry]   b\n[ferry] \n[ferry] c\n");
}

TEST(Log, LinesOfManyThreadsDoNotMix) {
  constexpr int kThreads = 8;
  constexpr int kLines = 200;
  const std::string text = Captured("", [] {
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([t] {
        const std::string line(100, static_cast<char>('a' + t));
        for (int i = 0; i < kLines; ++i) log::Error(line);
      });
    for (auto& thread : threads) thread.join();
  });
  std::array<int, kThreads> seen{};
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    ASSERT_NE(end, std::string::npos);
    const std::string line = text.substr(begin, end - begin);
    ASSERT_EQ(line.size(), 108U);
    const char letter = line.back();
    ASSERT_EQ(line, "[ferry] " + std::string(100, letter));
    ++seen[static_cast<std::size_t>(letter - 'a')];
    begin = end + 1;
  }
  EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](int n) { return n == kLines; }));
}

TEST(Log, AnUnknownLevelIsReportedOnceAndCountsAsError) {
  const std::string text = Captured("loud", [] {
    OneOfEach();
    OneOfEach();
  });
  EXPECT_EQ(text,
            "[ferry] FERRY_LOG is \"loud\"; must be debug, info, warning, error or off; "
            "error is used\n[ferry] e\n[ferry] e\n");
}

}  // namespace
}  // namespace ferry
