#include "base/futex.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <climits>
#include <thread>

#include "base/clock.h"

namespace ferry {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(FutexWait, ReturnsAtOnceWhenTheWordDiffers) {
  std::atomic<std::uint32_t> word{7};
  EXPECT_TRUE(FutexWait(&word, 6, seconds(30)));
}

TEST(FutexWait, TellsWhenTheTimeIsUp) {
  std::atomic<std::uint32_t> word{0};
  const auto begin = Clock::now();
  EXPECT_FALSE(FutexWait(&word, 0, milliseconds(20)));
  EXPECT_GE(Clock::now() - begin, milliseconds(19));
}

TEST(FutexWait, DoesNotSleepForNoTime) {
  std::atomic<std::uint32_t> word{0};
  EXPECT_FALSE(FutexWait(&word, 0, nanoseconds(0)));
  EXPECT_FALSE(FutexWait(&word, 0, nanoseconds(-1)));
}

TEST(FutexWake, WakesAThread) {
  std::atomic<std::uint32_t> word{0};
  std::thread sleeper([&] {
    while (word.load(std::memory_order_acquire) == 0) FutexWait(&word, 0, nanoseconds::max());
  });
  word.store(1, std::memory_order_release);
  FutexWake(&word, INT_MAX);
  sleeper.join();
  EXPECT_EQ(word.load(), 1U);
}

TEST(FutexWake, WakesAnotherProcess) {
  void* shared = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  auto* words = new (shared) std::atomic<std::uint32_t>[2];
  const pid_t child = ::fork();
  if (child == 0) {
    words[0].store(1, std::memory_order_release);
    FutexWake(&words[0], INT_MAX);
    bool in_time = true;
    while (words[1].load(std::memory_order_acquire) == 0 && in_time)
      in_time = FutexWait(&words[1], 0, seconds(30));
    ::_exit(in_time ? 0 : 1);
  }
  while (words[0].load(std::memory_order_acquire) == 0)
    ASSERT_TRUE(FutexWait(&words[0], 0, seconds(30)));
  words[1].store(1, std::memory_order_release);
  FutexWake(&words[1], INT_MAX);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ::munmap(shared, 4096);
}

}  // namespace
}  // namespace ferry
