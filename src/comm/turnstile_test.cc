#include "comm/turnstile.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace ferry::comm {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kForEver{0};

bool Never() {
  return false;
}

TEST(Turnstile, LetsCallsInByNumber) {
  Turnstile turnstile;
  std::vector<std::uint64_t> order;  // written by whose turn it is
  std::vector<std::thread> threads;
  for (std::uint64_t number = 8; number >= 1; --number)
    threads.emplace_back([&turnstile, &order, number] {
      ASSERT_TRUE(turnstile.Enter(number, kForEver, Never));
      order.push_back(number);
      turnstile.Leave(number);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(order, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Turnstile, GivesUpAtTheDeadlineAndWhenTold) {
  Turnstile turnstile;
  EXPECT_FALSE(turnstile.Enter(2, milliseconds(5), Never));
  EXPECT_FALSE(turnstile.Enter(2, kForEver, [] { return true; }));
}

// Who is inside waits for peers, and has a limit for that.
TEST(Turnstile, DoesNotCountTheTimeOfACallThatIsInside) {
  Turnstile turnstile;
  ASSERT_TRUE(turnstile.Enter(1, kForEver, Never));
  std::thread first([&turnstile] {
    std::this_thread::sleep_for(milliseconds(60));
    turnstile.Leave(1);
  });
  EXPECT_TRUE(turnstile.Enter(2, milliseconds(20), Never));
  first.join();
}

// As a call that has entered one group's turnstile and did not get its turn in the other's.
TEST(Turnstile, ACallThatGivesUpInsideIsInsideNoLonger) {
  Turnstile turnstile;
  ASSERT_TRUE(turnstile.Enter(1, kForEver, Never));
  turnstile.Skip(1, [] {});
  EXPECT_FALSE(turnstile.Enter(3, milliseconds(5), Never));
}

TEST(Turnstile, TellsUpToWhichCallAllHaveLeft) {
  std::atomic<std::uint64_t> left{0};
  Turnstile turnstile;
  turnstile.TellLeft(&left);
  turnstile.Skip(2, [] {});
  EXPECT_EQ(left, 0U);
  turnstile.Leave(1);
  EXPECT_EQ(left, 2U);
}

TEST(Turnstile, ASkippedCallBlocksNobody) {
  Turnstile turnstile;
  int told = 0;
  turnstile.Skip(2, [&told] { ++told; });
  EXPECT_EQ(told, 1);
  turnstile.Leave(1);
  EXPECT_TRUE(turnstile.Enter(3, milliseconds(5), Never));
}

// As when a call that gave up its turn is told of by two.
TEST(Turnstile, ACallThatHasLeftBeforeLeavesOnce) {
  Turnstile turnstile;
  turnstile.Leave(1);
  turnstile.Leave(2);
  turnstile.Leave(1);
  turnstile.Leave(3);
  EXPECT_TRUE(turnstile.Enter(4, milliseconds(5), Never));
}

TEST(Turnstile, TellsThePeersOfASkippedCallOnlyWhenItsSlotIsFree) {
  Turnstile turnstile;
  std::vector<std::uint64_t> told;
  // Call 1 is under way; call 65 has the same slot of the board.
  for (const std::uint64_t number : {65U, 64U, 66U})
    turnstile.Skip(number, [&told, number] { told.push_back(number); });
  EXPECT_EQ(told, (std::vector<std::uint64_t>{64}));
  turnstile.Leave(1);
  EXPECT_EQ(told, (std::vector<std::uint64_t>{64, 65}));
  turnstile.Leave(2);
  EXPECT_EQ(told, (std::vector<std::uint64_t>{64, 65, 66}));
}

}  // namespace
}  // namespace ferry::comm
