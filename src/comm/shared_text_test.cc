#include "comm/shared_text.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <thread>

namespace ferry::comm {
namespace {

using Text = SharedText<64>;

TEST(SharedText, ZeroMemoryHoldsNoText) {
  const auto text = std::make_unique<Text>();
  EXPECT_FALSE(text->Read(0));
  EXPECT_FALSE(text->Read(1));
}

TEST(SharedText, IsReadUnderItsNumberOnly) {
  const auto text = std::make_unique<Text>();
  text->Write(7, "rank(s) 3 terminated");
  EXPECT_EQ(text->Read(7), "rank(s) 3 terminated");
  EXPECT_FALSE(text->Read(8));
  text->Write(71, "");
  EXPECT_EQ(text->Read(71), "");
  EXPECT_FALSE(text->Read(7));
}

TEST(SharedText, IsCutAtItsCapacity) {
  const auto text = std::make_unique<Text>();
  const std::string longer(Text::kCapacity + 5, 'x');
  text->Write(1, longer);
  EXPECT_EQ(text->Read(1), longer.substr(0, Text::kCapacity - 3) + "...");
}

TEST(SharedText, ClearForgets) {
  const auto text = std::make_unique<Text>();
  text->Write(1, "a");
  text->Clear();
  EXPECT_FALSE(text->Read(1));
}

TEST(SharedText, AReaderNeverSeesHalfAText) {
  const auto text = std::make_unique<Text>();
  std::atomic<bool> stop{false};
  // Odd numbers are all 'a', even ones all 'b', of different lengths.
  const auto content = [](std::uint64_t number) {
    return std::string(number % 2 == 1 ? 40 : 23, number % 2 == 1 ? 'a' : 'b');
  };
  std::thread writer([&] {
    for (std::uint64_t number = 1; !stop; ++number) {
      text->Write(1 + number % 2, content(number % 2 + 1));
      std::this_thread::yield();  // or a reader on the same core would see nothing but changes
    }
  });
  int whole = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (whole < 5000 && std::chrono::steady_clock::now() < deadline) {
    for (const std::uint64_t number : {1U, 2U}) {
      const auto read = text->Read(number);
      if (!read) continue;
      ++whole;
      EXPECT_EQ(*read, content(number));
    }
  }
  stop = true;
  writer.join();
  EXPECT_GT(whole, 0);
}

}  // namespace
}  // namespace ferry::comm
