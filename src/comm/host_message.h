// What goes over the socket of a host service: one packet each way.
#ifndef FERRY_COMM_HOST_MESSAGE_H_
#define FERRY_COMM_HOST_MESSAGE_H_

#include <sys/un.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/fd.h"

namespace ferry::comm {

inline constexpr std::uint64_t kHostMagic = 0x3130447648797246;  // "FryHvD01"
inline constexpr std::size_t kMaxKey = 63;

enum class HostRequestKind : std::uint32_t { kSegment = 1, kBoard = 2 };

struct HostRequest {
  std::uint64_t magic = kHostMagic;
  HostRequestKind kind = HostRequestKind::kSegment;
  std::uint32_t reserved = 0;
  std::array<char, kMaxKey + 1> key{};  // of a board, zero-terminated
};

enum class HostAnswer : std::uint32_t { kHere = 0, kNotYet = 1, kRefused = 2, kFailed = 3 };

struct HostReply {
  std::uint64_t magic = kHostMagic;
  HostAnswer answer = HostAnswer::kRefused;
  std::uint32_t reserved = 0;
};

static_assert(std::is_trivially_copyable_v<HostRequest> && std::is_trivially_copyable_v<HostReply>);

// The abstract address of `service`; its length goes to `length`.
[[nodiscard]] sockaddr_un AbstractAddress(std::string_view service, socklen_t& length);

// The user and the process at the other end, as the kernel saw them; nothing if it does not say.
struct PeerIdentity {
  std::uint32_t uid = 0;
  std::int32_t pid = 0;
};
[[nodiscard]] std::optional<PeerIdentity> IdentityOfPeer(int socket);

// A whole request, or nothing: for any packet that is no request, and when there is none.
[[nodiscard]] std::optional<HostRequest> ReceiveRequest(int socket);

// `fd` goes along unless it is negative. False when the peer has gone.
bool SendReply(int socket, HostAnswer answer, int fd);

// Nothing when the peer has gone, is silent for as long as the socket waits, or is no service.
struct ReceivedReply {
  HostAnswer answer = HostAnswer::kRefused;
  UniqueFd fd;
};
[[nodiscard]] std::optional<ReceivedReply> ReceiveReply(int socket);

}  // namespace ferry::comm

#endif  // FERRY_COMM_HOST_MESSAGE_H_
