#include "comm/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

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

}  // namespace
}  // namespace ferry::comm
