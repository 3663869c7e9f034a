#include "stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <limits>

namespace ferry::tool {
namespace {

// Rounded up: poll must not return just before the deadline, again and again.
int PollTimeout(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline.Left()).count();
  return static_cast<int>(std::min<std::int64_t>(left, std::numeric_limits<int>::max()));
}

bool IsForLater(int error) {
  return error == EAGAIN || error == EINTR;
}

bool AwaitOne(int socket, short events, Deadline deadline) {
  std::vector<pollfd> entries = {{.fd = socket, .events = events, .revents = 0}};
  return AwaitReady(entries, deadline);
}

}  // namespace

bool IsOfThisUser(int socket) {
  ucred peer{};
  socklen_t length = sizeof(peer);
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
         peer.uid == ::geteuid();
}

bool AwaitReady(std::vector<pollfd>& entries, Deadline deadline) {
  while (!deadline.Passed())
    if (::poll(entries.data(), entries.size(), PollTimeout(deadline)) > 0) return true;
  return false;
}

StreamEnd SendAll(int socket, std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (!AwaitOne(socket, POLLOUT, deadline)) return StreamEnd::kLate;
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && !IsForLater(errno)) return StreamEnd::kBroken;
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  }
  return StreamEnd::kWhole;
}

StreamEnd ReceiveAll(int socket, std::size_t most, Deadline deadline, std::string* text) {
  std::array<char, 65536> buffer{};
  while (true) {
    if (!AwaitOne(socket, POLLIN, deadline)) return StreamEnd::kLate;
    const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count == 0) return StreamEnd::kWhole;
    if (count < 0 && !IsForLater(errno)) return StreamEnd::kBroken;
    if (count < 0) continue;
    if (static_cast<std::size_t>(count) > most - text->size()) return StreamEnd::kTooLong;
    text->append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace ferry::tool
