#include "comm/join/socket.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>

#include "base/error.h"

namespace ferry::comm {
namespace {

// The numeric address alone, "" for others than IPv4 and IPv6.
std::string NumericHost(const sockaddr_storage& storage, socklen_t length) {
  std::array<char, NI_MAXHOST> host{};
  if (storage.ss_family != AF_INET && storage.ss_family != AF_INET6) return "";
  const int error = ::getnameinfo(reinterpret_cast<const sockaddr*>(&storage), length, host.data(),
                                  host.size(), nullptr, 0, NI_NUMERICHOST);
  return error == 0 ? host.data() : "?";
}

UniqueFd NewSocket(const SocketAddress& address) {
  UniqueFd fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || address.storage.ss_family == AF_UNIX) return fd;
  const int on = 1;  // frames are small and awaited; a refusal only costs time
  (void)::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return fd;
}

int PollTimeout(Deadline deadline) {
  constexpr std::int64_t kLongest = 3600'000;
  if (deadline.never()) return kLongest;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline.Left()).count();
  return static_cast<int>(std::min<std::int64_t>(left, kLongest));
}

// Waits until a connect that has been started is through. Returns its errno.
int AwaitConnected(int fd, Deadline deadline) {
  pollfd entry{.fd = fd, .events = POLLOUT, .revents = 0};
  while (true) {
    const int ready = ::poll(&entry, 1, PollTimeout(deadline));
    if (ready < 0 && errno != EINTR) return errno;
    if (ready > 0) break;
    if (deadline.Passed()) return ETIMEDOUT;
  }
  int error = 0;
  socklen_t length = sizeof(error);
  (void)::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  return error;
}

}  // namespace

std::vector<SocketAddress> Resolve(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const std::string service = std::to_string(port);
  const int error = ::getaddrinfo(address.c_str(), service.c_str(), &hints, &list);
  Require(error == 0 && list != nullptr, Code::kHcclPara, "address \"{}\" is not known: {}",
          address, ::gai_strerror(error));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, ::freeaddrinfo);
  std::vector<SocketAddress> found;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    SocketAddress one;
    std::memcpy(&one.storage, entry->ai_addr, entry->ai_addrlen);
    one.length = entry->ai_addrlen;
    const std::string host = NumericHost(one.storage, one.length);
    one.text = entry->ai_family == AF_INET6 ? fmt::format("[{}]:{}", host, port)
                                            : fmt::format("{}:{}", host, port);
    found.push_back(std::move(one));
  }
  return found;
}

SocketAddress AbstractUnixSocket(std::string_view name) {
  SocketAddress address;
  auto& unix_address = reinterpret_cast<sockaddr_un&>(address.storage);
  unix_address.sun_family = AF_UNIX;
  Require(name.size() < sizeof(unix_address.sun_path), Code::kHcclInternal,
          "the name of a Unix socket is too long: {}", name);
  std::memcpy(unix_address.sun_path + 1, name.data(), name.size());
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  address.text = fmt::format("the Unix socket {}", name);
  return address;
}

bool IsLoopback(const SocketAddress& address) {
  if (address.storage.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address.storage);
    return ntohl(in.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  }
  if (address.storage.ss_family != AF_INET6) return address.storage.ss_family == AF_UNIX;
  const auto& in = reinterpret_cast<const sockaddr_in6&>(address.storage);
  return std::memcmp(&in.sin6_addr, &in6addr_loopback, sizeof(in6addr_loopback)) == 0;
}

UniqueFd Listen(const SocketAddress& address) {
  UniqueFd fd = NewSocket(address);
  if (!fd) return fd;
  const int on = 1;
  // The port of a group that has just joined can be used again at once.
  if (address.storage.ss_family != AF_UNIX)
    (void)::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (address.storage.ss_family == AF_INET6)
    (void)::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
  if (::bind(fd.get(), address.get(), address.length) != 0) return UniqueFd();
  if (::listen(fd.get(), SOMAXCONN) != 0) return UniqueFd();
  return fd;
}

namespace {

// A connection to a port of this host at which nobody listens can get that very port as its own
// end, and then meets itself.
bool IsConnectedToItself(int socket) {
  sockaddr_storage own{};
  sockaddr_storage peer{};
  socklen_t own_length = sizeof(own);
  socklen_t peer_length = sizeof(peer);
  return ::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &own_length) == 0 &&
         ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &peer_length) == 0 &&
         own.ss_family != AF_UNIX && own_length == peer_length &&
         std::memcmp(&own, &peer, own_length) == 0;
}

}  // namespace

UniqueFd Connect(const SocketAddress& address, Deadline deadline) {
  UniqueFd fd = NewSocket(address);
  if (!fd) return fd;
  int error = 0;
  while (::connect(fd.get(), address.get(), address.length) != 0) {
    error = errno;
    // EAGAIN: the queue of a Unix listener is full, and nothing tells when it is not.
    if (error != EAGAIN || deadline.Passed()) break;
    error = 0;
    (void)::poll(nullptr, 0, 5);
  }
  if (error == EINPROGRESS || error == EINTR) error = AwaitConnected(fd.get(), deadline);
  if (error == 0 && IsConnectedToItself(fd.get())) error = ECONNREFUSED;
  if (error == 0) return fd;
  errno = error;
  return UniqueFd();
}

std::uint16_t PortOf(int socket) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return 0;
  if (storage.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in&>(storage).sin_port);
  if (storage.ss_family != AF_INET6) return 0;
  return ntohs(reinterpret_cast<sockaddr_in6&>(storage).sin6_port);
}

std::string PeerAddress(int socket) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return "?";
  if (storage.ss_family != AF_UNIX) return NumericHost(storage, length);
  ucred peer{};
  socklen_t size = sizeof(peer);
  (void)::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size);
  return fmt::format("pid {}", peer.pid);
}

std::optional<std::uint32_t> PeerUser(int socket) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &length) != 0 ||
      storage.ss_family != AF_UNIX ||
      ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return std::nullopt;
  return peer.uid;
}

}  // namespace ferry::comm
