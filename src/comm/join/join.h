// Joining: how ranks that know only where a root listens become one group.
//
//   root:       OpenRoot(make_ticket) -> RootInfo, which the program broadcasts
//   each rank:  Join(root_info, request) -> Ticket
//
// or, without a root info, JoinAt(endpoint, secret, request, make_ticket) on every rank; rank 0
// opens the root. All ranks get the ticket, or every one fails with a sentence that says why. Every
// connection is closed afterwards. docs/adr/018-joining.md says why it is done this way.
#ifndef FERRY_COMM_JOIN_JOIN_H_
#define FERRY_COMM_JOIN_JOIN_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "comm/home.h"
#include "comm/join/root_info.h"

namespace ferry::comm {

inline constexpr std::int32_t kMaxJoinSize = 768;

struct JoinRequest {
  std::int32_t size = 0;  // ranks of the group, 1..kMaxJoinSize
  std::int32_t rank = 0;
  std::int32_t device = 0;  // of this rank in its process
  std::string name{};       // the wanted name of the group, "" for any; at most 127 characters
  std::string product{};    // must be equal on all ranks
  Home home{};
  std::chrono::milliseconds timeout{0};  // from the call of Join on
};

struct JoinedRank {
  std::int32_t device = 0;
  Home home{};
  bool operator==(const JoinedRank&) const = default;
};

// All ranks have come.
struct JoinedGroup {
  std::string name{};               // the wanted name; "" when no rank wanted one
  std::vector<JoinedRank> ranks{};  // by rank
};

// What every rank gets: where the board is.
struct Ticket {
  std::string name{};               // of the group, final
  std::string key{};                // under which the maker offers the board
  Home maker{};                     // the process that made the board
  std::vector<JoinedRank> ranks{};  // by rank; the root fills it in
};

// Makes the board of a complete group, or throws Error, which then fails all ranks with its code
// and text. Called once, on the root's thread, in the root's process.
using MakeTicket = std::function<Ticket(const JoinedGroup&)>;

// Listens as HCCL_IF_IP, HCCL_SOCKET_IFNAME, HCCL_SOCKET_FAMILY and the port variables say, and
// serves one group on a quiet thread of this process, which ends with it. Throws Error{kHcclPara}
// for a variable out of range, kHcclUnavail when no address or port can be had.
[[nodiscard]] RootInfo OpenRoot(MakeTicket make_ticket);

// Blocks until the group is complete. Throws Error: kHcclTimeout, kHcclTcpConnect when no root
// listens, kHcclRemote when the root or a rank ended, kHcclPara or kHcclNotSupport when refused.
[[nodiscard]] Ticket Join(const RootInfo& root, const JoinRequest& request);

struct Endpoint {
  std::string address{};  // numeric, or a name that the system resolves
  std::uint16_t port = 0;
};

// As Join, at an endpoint that all ranks know from elsewhere; the others retry until rank 0
// listens. Without a secret only a loopback endpoint is allowed (else Error{kHcclPara}), and the
// stream is a Unix socket between processes of one user, named after that user and the port.
[[nodiscard]] Ticket JoinAt(const Endpoint& endpoint, const std::optional<Secret>& secret,
                            const JoinRequest& request, MakeTicket make_ticket);

// HCCL_CONNECT_TIMEOUT and the 20 s that HCCL adds. Throws Error{kHcclPara} out of range.
[[nodiscard]] std::chrono::milliseconds JoinTimeout();

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_JOIN_H_
