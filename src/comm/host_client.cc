#include "comm/host_client.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "base/error.h"
#include "comm/host_message.h"

namespace ferry::comm {
namespace {

// How long a wait on a socket lasts at a time: then the patience is asked.
constexpr std::chrono::milliseconds kLook{50};
// Between two questions for a board that is not offered yet.
constexpr std::chrono::milliseconds kRetry{5};
constexpr std::chrono::milliseconds kLongestRetry{100};

bool WaitWasCut(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

// Why a step on a socket failed; `otherwise` when the server refused it or is gone.
std::string WhyNot(int error, const char* otherwise) {
  if (WaitWasCut(error)) return "it did not answer in time";
  const bool gone = error == 0 || error == ECONNREFUSED || error == ECONNRESET || error == EPIPE;
  return gone ? otherwise : std::strerror(error);
}

[[noreturn]] void FailToFetch(const Server& server, const std::string& why) {
  Fail(Code::kHcclRemote, "process {} of this host does not give its memory: {}", server.pid, why);
}

// No wait on this socket takes longer than a look, or than is left.
void LimitWaits(int socket, const Patience& patience) {
  const auto left = std::clamp<std::chrono::nanoseconds>(patience.deadline.Left(),
                                                         std::chrono::milliseconds(1), kLook);
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(left).count();
  const timeval limit{static_cast<time_t>(micros / 1'000'000),
                      static_cast<suseconds_t>(micros % 1'000'000)};
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

// What `step` on the socket gives, tried until the patience ends where it only had to wait: for the
// server, or after a signal of the program.
template <class Step>
auto Patiently(int socket, const Patience& patience, Step step) {
  for (;;) {
    LimitWaits(socket, patience);
    errno = 0;
    auto result = step();
    const int error = errno;
    if (result || !WaitWasCut(error) || patience.Ended()) {
      errno = error;
      return result;
    }
  }
}

UniqueFd Connect(const Server& server, const Patience& patience) {
  UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket) FailToFetch(server, std::string("socket: ") + std::strerror(errno));
  socklen_t length = 0;
  const sockaddr_un address = AbstractAddress(server.service, length);
  const bool connected = Patiently(socket.get(), patience, [&] {
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0;
  });
  if (!connected) FailToFetch(server, WhyNot(errno, "it has ended"));
  const auto identity = IdentityOfPeer(socket.get());
  if (!identity || identity->pid != server.pid) FailToFetch(server, "another process answers");
  if (identity->uid != ::geteuid())
    FailToFetch(server, fmt::format("it belongs to user {}, this process to {}", identity->uid,
                                    ::geteuid()));
  return socket;
}

ReceivedReply Ask(const Server& server, const HostRequest& request, const Patience& patience) {
  const UniqueFd socket = Connect(server, patience);
  const bool sent = Patiently(socket.get(), patience, [&] {
    return ::send(socket.get(), &request, sizeof(request), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(sizeof(request));
  });
  if (!sent) FailToFetch(server, WhyNot(errno, "it has ended"));
  auto reply = Patiently(socket.get(), patience, [&] { return ReceiveReply(socket.get()); });
  if (!reply) FailToFetch(server, WhyNot(errno, "it ended while it was asked"));
  return std::move(*reply);
}

UniqueFd TakeDescriptor(const Server& server, ReceivedReply reply) {
  if (reply.answer == HostAnswer::kFailed)
    FailToFetch(server, "it has failed to, and says why on its stderr");
  if (reply.answer != HostAnswer::kHere) FailToFetch(server, "it refuses");
  if (!reply.fd) FailToFetch(server, "this process may open no more descriptors (ulimit -n)");
  return std::move(reply.fd);
}

}  // namespace

UniqueFd FetchSegment(const Server& server, const Patience& patience) {
  return TakeDescriptor(server, Ask(server, HostRequest{}, patience));
}

UniqueFd FetchBoard(const Server& server, const std::string& key, const Deadline& deadline) {
  Require(key.size() <= kMaxKey, Code::kHcclInternal, "the key has {} bytes; must be at most {}",
          key.size(), kMaxKey);
  HostRequest request;
  request.kind = HostRequestKind::kBoard;
  std::copy(key.begin(), key.end(), request.key.begin());
  for (auto pause = kRetry;; pause = std::min(pause * 2, kLongestRetry)) {
    ReceivedReply reply = Ask(server, request, {.deadline = deadline});
    if (reply.answer != HostAnswer::kNotYet) return TakeDescriptor(server, std::move(reply));
    if (deadline.Passed()) FailToFetch(server, "it did not make the group in time");
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(pause, deadline.Left()));
  }
}

}  // namespace ferry::comm
