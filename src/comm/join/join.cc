#include "comm/join/join.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "base/env.h"
#include "base/error.h"
#include "base/log.h"
#include "comm/join/host_address.h"
#include "comm/join/join_client.h"
#include "comm/join/join_server.h"
#include "comm/join/socket.h"
#include "comm/quiet_thread.h"

namespace ferry::comm {
namespace {

constexpr std::chrono::milliseconds kConnectAgain{20};
constexpr std::chrono::seconds kPatienceForPort{5};

// A root that is served on a thread of its own until the join has ended, or this has been stopped.
class ServedRoot {
 public:
  ServedRoot(UniqueFd listener, RootOptions options) : stop_(NewEvent()) {
    auto server = std::make_shared<JoinServer>(std::move(listener), std::move(options));
    StartQuietThread([server, stop = stop_] {
      try {
        server->Run(stop->get());
      } catch (const std::exception& error) {
        log::Error(fmt::format("the root of a join has failed: {}", error.what()));
      }
    });
  }

  void Stop() noexcept {
    const std::uint64_t one = 1;
    (void)!::write(stop_->get(), &one, sizeof(one));
  }

 private:
  static std::shared_ptr<UniqueFd> NewEvent() {
    auto event = std::make_shared<UniqueFd>(::eventfd(0, EFD_CLOEXEC));
    Require(static_cast<bool>(*event), Code::kHcclSyscall, "eventfd: {}", std::strerror(errno));
    return event;
  }

  std::shared_ptr<UniqueFd> stop_;
};

// The first address and port of those wished for that is free.
UniqueFd ListenSomewhere(const std::vector<std::string>& addresses,
                         const std::vector<PortRange>& ports, std::string* address) {
  int error = 0;
  for (const std::string& one : addresses) {
    for (const PortRange& range : ports) {
      for (std::uint32_t port = range.first; port <= range.last; ++port) {
        UniqueFd listener = Listen(Resolve(one, static_cast<std::uint16_t>(port)).front());
        *address = one;
        if (listener) return listener;
        error = errno;
        if (error != EADDRINUSE) break;
      }
    }
  }
  Fail(Code::kHcclUnavail,
       "no port is free at {} (HCCL_IF_BASE_PORT, HCCL_HOST_SOCKET_PORT_RANGE), or this host has "
       "no such address: {}",
       fmt::join(addresses, ", "), std::strerror(error));
}

void CheckRequest(const JoinRequest& request) {
  Require(request.size >= 1 && request.size <= kMaxJoinSize, Code::kHcclPara,
          "the number of ranks is {}; must be in [1, {}]", request.size, kMaxJoinSize);
  Require(request.rank >= 0 && request.rank < request.size, Code::kHcclPara,
          "rank is {}; must be in [0, {})", request.rank, request.size);
}

Id IdOf(const Secret& secret, std::uint16_t port) {
  const Proof proof = Prove(secret, {"ferry-join-at", std::to_string(port)});
  Id id;
  std::copy_n(proof.begin(), id.size(), id.begin());
  return id;
}

// Where JoinAt meets, and the key there.
struct Meeting {
  std::vector<SocketAddress> addresses;
  Id id{};
  Secret secret{};
};

Meeting MeetingAt(const Endpoint& endpoint, const std::optional<Secret>& secret) {
  Meeting meeting{.addresses = Resolve(endpoint.address, endpoint.port),
                  .secret = secret.value_or(Secret{})};
  meeting.id = IdOf(meeting.secret, endpoint.port);
  if (secret) return meeting;
  const bool loopback = std::all_of(meeting.addresses.begin(), meeting.addresses.end(), IsLoopback);
  Require(loopback, Code::kHcclPara,
          "the root at {}:{} needs a secret: FERRY_SECRET_FILE is not set, and without a secret "
          "only a loopback address is allowed",
          endpoint.address, endpoint.port);
  meeting.addresses = {
      AbstractUnixSocket(fmt::format("ferry-join-{}-{}", ::geteuid(), endpoint.port))};
  return meeting;
}

// The last group's root may hold the endpoint for another moment.
UniqueFd ListenAt(const std::vector<SocketAddress>& addresses, Deadline deadline) {
  const Deadline patience =
      Deadline::After(std::min<std::chrono::nanoseconds>(deadline.Left(), kPatienceForPort));
  while (true) {
    int error = 0;
    for (const SocketAddress& address : addresses) {
      UniqueFd listener = Listen(address);
      if (listener) return listener;
      error = errno;
    }
    Require(error == EADDRINUSE && !patience.Passed(), Code::kHcclUnavail,
            "rank 0 cannot listen at {}: {}", addresses.front().text, std::strerror(error));
    (void)::poll(nullptr, 0, static_cast<int>(kConnectAgain.count()));
  }
}

UniqueFd ConnectToAny(const std::vector<SocketAddress>& addresses, Deadline deadline,
                      std::string* where) {
  for (const SocketAddress& address : addresses) {
    *where = address.text;
    UniqueFd socket = Connect(address, deadline);
    if (!socket) continue;
    const auto user = PeerUser(socket.get());
    Require(user.value_or(::geteuid()) == ::geteuid(), Code::kHcclPara,
            "{} belongs to user {}, not to user {}", address.text, user.value_or(0), ::geteuid());
    return socket;
  }
  return UniqueFd();
}

// Tries again until somebody who is the root listens.
Ticket JoinPatiently(const Meeting& meeting, const JoinRequest& request, Deadline deadline) {
  std::string where = meeting.addresses.front().text;
  while (true) {
    if (UniqueFd socket = ConnectToAny(meeting.addresses, deadline, &where)) {
      JoinClient client(std::move(socket), where, request, deadline);
      try {
        return client.TakePart(meeting.id, meeting.secret);
      } catch (const Error& error) {
        // The root of the group before, which was about to end.
        if (error.code() != Code::kHcclRemote || client.HasMetRoot()) throw;
      }
    }
    Require(!deadline.Passed(), Code::kHcclTimeout,
            "no root has listened at {} within {} s, while rank {} wanted to join", where,
            std::chrono::ceil<std::chrono::seconds>(request.timeout).count(), request.rank);
    (void)::poll(nullptr, 0, static_cast<int>(kConnectAgain.count()));
  }
}

}  // namespace

std::chrono::milliseconds JoinTimeout() {
  constexpr std::int64_t kHcclAdds = 20;
  return std::chrono::seconds(env::HcclConnectTimeoutSeconds() + kHcclAdds);
}

RootInfo OpenRoot(MakeTicket make_ticket) {
  const auto addresses = ChooseAddresses(ListInterfaces(), {.if_ip = env::HcclIfIp(),
                                                            .ifname = env::HcclSocketIfname(),
                                                            .family = env::HcclSocketFamily()});
  const auto ports = ChoosePorts(env::HcclHostSocketPortRange(), env::HcclIfBasePort());
  RootInfo info{.id = Random<Id>(), .secret = Random<Secret>(), .addresses = {""}};
  UniqueFd listener = ListenSomewhere(addresses, ports, &info.addresses.front());
  info.port = PortOf(listener.get());
  ServedRoot(std::move(listener), {.id = info.id,
                                   .secret = info.secret,
                                   .make_ticket = std::move(make_ticket),
                                   .whitelist = ReadWhitelist()});
  return info;
}

Ticket Join(const RootInfo& root, const JoinRequest& request) {
  CheckRequest(request);
  const Deadline deadline = Deadline::After(request.timeout);
  std::vector<SocketAddress> addresses;
  for (const std::string& address : root.addresses)
    for (SocketAddress& one : Resolve(address, root.port)) addresses.push_back(std::move(one));
  std::string where;
  while (true) {
    UniqueFd socket = ConnectToAny(addresses, deadline, &where);
    Require(static_cast<bool>(socket), Code::kHcclTcpConnect,
            "no root listens at {}: {}; the process that called HcclGetRootInfo has ended, or its "
            "group has been joined already",
            where, std::strerror(errno));
    JoinClient client(std::move(socket), where, request, deadline);
    try {
      return client.TakePart(root.id, root.secret);
    } catch (const Error& error) {
      // A root that has ended does not listen; a crowd of strangers may have driven this rank away.
      if (error.code() != Code::kHcclRemote || client.HasMetRoot() || deadline.Passed()) throw;
    }
    (void)::poll(nullptr, 0, static_cast<int>(kConnectAgain.count()));
  }
}

Ticket JoinAt(const Endpoint& endpoint, const std::optional<Secret>& secret,
              const JoinRequest& request, MakeTicket make_ticket) {
  CheckRequest(request);
  const Deadline deadline = Deadline::After(request.timeout);
  const Meeting meeting = MeetingAt(endpoint, secret);
  if (request.rank != 0) return JoinPatiently(meeting, request, deadline);
  ServedRoot root(ListenAt(meeting.addresses, deadline),
                  {.id = meeting.id,
                   .secret = meeting.secret,
                   .make_ticket = std::move(make_ticket),
                   .whitelist = secret ? ReadWhitelist() : std::nullopt,
                   .tells_late_ranks = false});
  try {
    return JoinPatiently(meeting, request, deadline);
  } catch (...) {
    // Rank 0 has been told how the join ended, or was refused: the others see their streams end.
    root.Stop();
    throw;
  }
}

}  // namespace ferry::comm
