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

// Between two questions for a board that is not offered yet.
constexpr std::chrono::milliseconds kRetry{5};
constexpr std::chrono::milliseconds kLongestRetry{100};

[[noreturn]] void FailToFetch(const Server& server, const std::string& why) {
  Fail(Code::kHcclRemote, "process {} of this host does not give its memory: {}", server.pid, why);
}

// No wait on this socket takes longer than the deadline, nor for ever.
void LimitWaits(int socket, const Deadline& deadline) {
  const auto left = std::clamp<std::chrono::nanoseconds>(
      deadline.Left(), std::chrono::milliseconds(1), std::chrono::seconds(30));
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(left).count();
  const timeval limit{static_cast<time_t>(micros / 1'000'000),
                      static_cast<suseconds_t>(micros % 1'000'000)};
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

// What `step` on the socket gives, again when a signal of the program has cut its wait short.
template <class Step>
auto Uninterrupted(int socket, const Deadline& deadline, Step step) {
  for (;;) {
    errno = 0;
    auto result = step();
    if (result || errno != EINTR || deadline.Passed()) return result;
    LimitWaits(socket, deadline);
  }
}

UniqueFd Connect(const Server& server, const Deadline& deadline) {
  UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket) FailToFetch(server, std::string("socket: ") + std::strerror(errno));
  LimitWaits(socket.get(), deadline);
  socklen_t length = 0;
  const sockaddr_un address = AbstractAddress(server.service, length);
  while (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) {
    if (errno == EINTR && !deadline.Passed()) continue;
    FailToFetch(server, errno == ECONNREFUSED ? "it has ended" : std::strerror(errno));
  }
  const auto identity = IdentityOfPeer(socket.get());
  if (!identity || identity->pid != server.pid) FailToFetch(server, "another process answers");
  if (identity->uid != ::geteuid())
    FailToFetch(server, fmt::format("it belongs to user {}, this process to {}", identity->uid,
                                    ::geteuid()));
  return socket;
}

ReceivedReply Ask(const Server& server, const HostRequest& request, const Deadline& deadline) {
  const UniqueFd socket = Connect(server, deadline);
  const bool sent = Uninterrupted(socket.get(), deadline, [&] {
    return ::send(socket.get(), &request, sizeof(request), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(sizeof(request));
  });
  if (!sent) FailToFetch(server, std::strerror(errno));
  auto reply = Uninterrupted(socket.get(), deadline, [&] { return ReceiveReply(socket.get()); });
  if (!reply) {
    const bool silent = errno == EAGAIN || errno == EWOULDBLOCK;
    FailToFetch(server, silent ? "it did not answer in time" : "it ended while it was asked");
  }
  return std::move(*reply);
}

UniqueFd TakeDescriptor(const Server& server, ReceivedReply reply) {
  if (reply.answer != HostAnswer::kHere) FailToFetch(server, "it refuses");
  if (!reply.fd) FailToFetch(server, "this process may open no more descriptors (ulimit -n)");
  return std::move(reply.fd);
}

}  // namespace

UniqueFd FetchSegment(const Server& server, const Deadline& deadline) {
  return TakeDescriptor(server, Ask(server, HostRequest{}, deadline));
}

UniqueFd FetchBoard(const Server& server, const std::string& key, const Deadline& deadline) {
  Require(key.size() <= kMaxKey, Code::kHcclInternal, "the key has {} bytes; must be at most {}",
          key.size(), kMaxKey);
  HostRequest request;
  request.kind = HostRequestKind::kBoard;
  std::copy(key.begin(), key.end(), request.key.begin());
  for (auto pause = kRetry;; pause = std::min(pause * 2, kLongestRetry)) {
    ReceivedReply reply = Ask(server, request, deadline);
    if (reply.answer != HostAnswer::kNotYet) return TakeDescriptor(server, std::move(reply));
    if (deadline.Passed()) FailToFetch(server, "it did not make the group in time");
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(pause, deadline.Left()));
  }
}

}  // namespace ferry::comm
