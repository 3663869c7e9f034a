#include "comm/listener.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <utility>

#include "comm/join/socket.h"

namespace ferry::comm {
namespace {

SocketAddress AnyPort() {
  return Resolve("127.0.0.1", 0).front();
}

// Whether somebody accepts a connection at the port.
bool IsListenedTo(std::uint16_t port) {
  const UniqueFd socket =
      Connect(Resolve("127.0.0.1", port).front(), Deadline::After(std::chrono::seconds(5)));
  return static_cast<bool>(socket);
}

TEST(Listener, IsNotKeptByAChildThatIsForked) {
  UniqueFd socket = Listen(AnyPort());
  const std::uint16_t port = PortOf(socket.get());
  const pid_t parent = ::fork();
  if (parent == 0) {
    const Listener listener(std::move(socket));
    if (::fork() == 0) ::sleep(5);  // and outlives it
    ::_exit(0);
  }
  socket.Reset();
  int status = -1;
  ASSERT_EQ(::waitpid(parent, &status, 0), parent);
  EXPECT_EQ(status, 0);
  // The child closes it when it first runs.
  const Deadline patience = Deadline::After(std::chrono::milliseconds(900));
  while (IsListenedTo(port) && !patience.Passed()) ::usleep(1000);
  EXPECT_FALSE(IsListenedTo(port));
}

TEST(Listener, ThatIsClosedIsClosedInEveryCopy) {
  UniqueFd socket = Listen(AnyPort());
  const std::uint16_t port = PortOf(socket.get());
  const UniqueFd copy(::dup(socket.get()));
  Listener listener(std::move(socket));
  EXPECT_TRUE(listener.is_open());
  EXPECT_TRUE(IsListenedTo(port));
  listener.Close();
  EXPECT_FALSE(listener.is_open());
  EXPECT_FALSE(IsListenedTo(port));
}

TEST(Listener, OfTheParentClosesNothingInTheChild) {
  Listener listener(Listen(AnyPort()));
  const pid_t child = ::fork();
  if (child == 0) {
    const UniqueFd other(::dup(0));  // gets the number that has become free
    const bool reused = other.get() == listener.get();
    listener.Close();
    ::_exit(reused && ::fcntl(other.get(), F_GETFD) >= 0 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(listener.is_open());
}

}  // namespace
}  // namespace ferry::comm
