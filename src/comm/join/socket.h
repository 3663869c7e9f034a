// Stream sockets: TCP over IPv4 and IPv6, and abstract Unix sockets, which have no file.
#ifndef FERRY_COMM_JOIN_SOCKET_H_
#define FERRY_COMM_JOIN_SOCKET_H_

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"

namespace ferry::comm {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  std::string text;  // "127.0.0.1:5000", "[::1]:5000", "the Unix socket ferry-join-0-5000"
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// What the system makes of a numeric address or a name, best first. Throws Error{kHcclPara} when
// that is nothing.
[[nodiscard]] std::vector<SocketAddress> Resolve(const std::string& address, std::uint16_t port);
[[nodiscard]] SocketAddress AbstractUnixSocket(std::string_view name);

// Both ends on this host.
[[nodiscard]] bool IsLoopback(const SocketAddress& address);

// Both return nothing and leave errno when the system refuses. Sockets do not block and are closed
// by exec.
[[nodiscard]] UniqueFd Listen(const SocketAddress& address);
[[nodiscard]] UniqueFd Connect(const SocketAddress& address, Deadline deadline);

// The port that a listening TCP socket got.
[[nodiscard]] std::uint16_t PortOf(int socket);
// "127.0.0.1" or "pid 4711": who is at the other end.
[[nodiscard]] std::string PeerAddress(int socket);
// The user at the other end of a Unix socket; nothing for others.
[[nodiscard]] std::optional<std::uint32_t> PeerUser(int socket);

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_SOCKET_H_
