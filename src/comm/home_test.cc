#include "comm/home.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace ferry::comm {
namespace {

TEST(Home, IsTheSameEachTimeInOneProcess) {
  const Home home = HomeOfThisProcess("ferry-1");
  EXPECT_EQ(home, HomeOfThisProcess("ferry-1"));
  EXPECT_EQ(home.pid, ::getpid());
  EXPECT_EQ(home.uid, ::geteuid());
  EXPECT_NE(home.start_time, 0U);
  EXPECT_EQ(home.service, "ferry-1");
  EXPECT_TRUE(IsSameProcess(home, HomeOfThisProcess()));
}

TEST(Home, OfAChildIsAnotherProcessOnTheSameHost) {
  const Home parent = HomeOfThisProcess();
  const pid_t child = ::fork();
  if (child == 0) {
    const Home own = HomeOfThisProcess();
    ::_exit(OnSameHost(parent, own) && !IsSameProcess(parent, own) ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(Home, IsElsewhereWhenBootOrNamespaceDiffersOrIsNotKnown) {
  const Home home = HomeOfThisProcess();
  Home other = home;
  other.boot_id = "another boot";
  EXPECT_FALSE(OnSameHost(home, other));
  other = home;
  ++other.net_namespace;
  EXPECT_FALSE(OnSameHost(home, other));
  other = home;
  ++other.pid_namespace;
  EXPECT_FALSE(OnSameHost(home, other));
  other = home;
  other.boot_id = "";
  EXPECT_FALSE(OnSameHost(other, other));
}

TEST(Home, IsElsewhereWhenFerryHostIdSaysSo) {
  const Home here = HomeOfThisProcess();
  ::setenv("FERRY_HOST_ID", "elsewhere", 1);
  const Home there = HomeOfThisProcess();
  ::unsetenv("FERRY_HOST_ID");
  EXPECT_FALSE(OnSameHost(here, there));
}

}  // namespace
}  // namespace ferry::comm
