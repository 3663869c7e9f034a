#include "comm/process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

namespace ferry::comm {
namespace {

TEST(Process, ItsStartTimeIsKnownAndStays) {
  const auto start = ProcessStartTime(getpid());
  ASSERT_TRUE(start.has_value());
  EXPECT_EQ(ProcessStartTime(getpid()), start);
  EXPECT_FALSE(IsStopped(getpid()));
}

TEST(Process, WithAnotherStartTimeIsAnotherProcess) {
  EXPECT_TRUE(IsAnother(8, 7));
  EXPECT_FALSE(IsAnother(7, 7));
}

// Where /proc is hidden (hidepid, a sandbox), a living peer must not be taken for a dead one.
TEST(Process, WhatCannotBeReadProvesNothing) {
  EXPECT_FALSE(IsAnother(std::nullopt, 7));
  EXPECT_FALSE(IsAnother(8, 0));
}

TEST(Process, HasEndedAsSoonAsItIsAZombie) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  const std::uint64_t start = ProcessStartTime(child).value_or(0);
  EXPECT_FALSE(HasEnded(child, start));
  EXPECT_TRUE(HasEnded(child, start + 1));
  ::kill(child, SIGKILL);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_TRUE(HasEnded(child, start));
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(HasEnded(child, start));
}

TEST(Process, IsGivenSomeTimeToEnd) {
  int go[2];
  ASSERT_EQ(::pipe(go), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    (void)!::read(go[0], &byte, 1);
    ::usleep(20'000);
    ::_exit(0);
  }
  EXPECT_FALSE(HasEnded(child, 0));
  ASSERT_EQ(::write(go[1], "x", 1), 1);
  ::close(go[0]);
  ::close(go[1]);
  EXPECT_TRUE(HasEnded(child, 0, std::chrono::seconds(10)));
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
}

}  // namespace
}  // namespace ferry::comm
