#include "comm/join/socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace ferry::comm {
namespace {

constexpr int kNoNamespace = 77;

// A network of this process alone, whose connections have one of two ports.
bool EnterNarrowNetwork() {
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  const UniqueFd any(::socket(AF_INET, SOCK_DGRAM, 0));
  ifreq loopback{};
  std::strncpy(loopback.ifr_name, "lo", IFNAMSIZ);
  loopback.ifr_flags = IFF_UP;
  if (::ioctl(any.get(), SIOCSIFFLAGS, &loopback) != 0) return false;
  const UniqueFd range(::open("/proc/sys/net/ipv4/ip_local_port_range", O_WRONLY));
  constexpr char kTwo[] = "40000 40001";
  return ::write(range.get(), kTwo, sizeof(kTwo) - 1) == sizeof(kTwo) - 1;
}

// A connection to a port of the range at which nobody listens may get that port itself.
int ConnectOften() {
  if (!EnterNarrowNetwork()) return kNoNamespace;
  for (int i = 0; i < 50; ++i) {
    const UniqueFd socket =
        Connect(Resolve("127.0.0.1", 40000).front(), Deadline::After(std::chrono::seconds(5)));
    if (socket || errno != ECONNREFUSED) return 1;
  }
  return 0;
}

TEST(Socket, DoesNotConnectToItself) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(ConnectOften());
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNoNamespace)
    GTEST_SKIP() << "this system gives no network namespace to a test";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace ferry::comm
