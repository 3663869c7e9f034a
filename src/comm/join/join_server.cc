#include "comm/join/join_server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>

#include "base/caught.h"
#include "comm/descriptor_room.h"
#include "comm/join/socket.h"
#include "comm/process.h"

namespace ferry::comm {
namespace {

constexpr std::chrono::milliseconds kLookAtProcesses{500};  // a death is told within 2 s
constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};
constexpr std::chrono::seconds kLastWords{10};

// Strangers at a time: 1024, and never more than a quarter of what this process may open.
std::size_t MaxStrangers() {
  constexpr rlim_t kMost = 1024;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kMost;
  return std::clamp<rlim_t>(limit.rlim_cur / 4, 16, kMost);
}

int Milliseconds(Deadline deadline) {
  if (deadline.never()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline.Left()).count();
  return static_cast<int>(std::min<std::int64_t>(left, 3600'000));
}

Deadline Earlier(Deadline a, Deadline b) {
  return a.time() < b.time() ? a : b;
}

}  // namespace

JoinServer::JoinServer(UniqueFd listener, RootOptions options)
    : options_(std::move(options)),
      home_(HomeOfThisProcess()),
      listener_(std::move(listener)),
      admission_(home_),
      unused_deadline_(Deadline::After(options_.unused_limit)) {}

void JoinServer::Run(int stop) {
  while (!IsOver()) {
    Wait(stop);
    AcceptStrangers();
    ServePeers();
    LookForTheDead();
    Decide();
    DropPeers();
  }
}

bool JoinServer::IsOver() const {
  if (stopped_) return true;
  if (joined_) return peers_.empty();
  if (group_deadline_.never() && unused_deadline_.Passed()) return true;
  if (!failure_) return false;
  return peers_.empty() && (!options_.tells_late_ranks || group_deadline_.Passed());
}

Deadline JoinServer::NextDeadline() const {
  Deadline next = group_deadline_.Passed() ? Deadline::Never() : group_deadline_;
  if (group_deadline_.never()) next = unused_deadline_;
  bool accepted = false;
  for (const Peer& peer : peers_) {
    if (peer.state != Peer::State::kAccepted) next = Earlier(next, peer.limit);
    accepted = accepted || peer.state == Peer::State::kAccepted;
  }
  if (accepted) next = Earlier(next, look_again_);
  return accept_again_.Passed() ? next : Earlier(next, accept_again_);
}

void JoinServer::Wait(int stop) {
  const bool accepts = listener_.is_open() && accept_again_.Passed();
  std::vector<pollfd> entries{
      {.fd = stop, .events = POLLIN, .revents = 0},
      {.fd = accepts ? listener_.get() : -1, .events = POLLIN, .revents = 0}};
  for (const Peer& peer : peers_) {
    const bool sends = peer.connection.HasOutput();
    entries.push_back({.fd = peer.connection.fd(),
                       .events = static_cast<short>(sends ? POLLIN | POLLOUT : POLLIN),
                       .revents = 0});
  }
  int ready = ::poll(entries.data(), entries.size(), Milliseconds(NextDeadline()));
  // More of them than the program allows by now: streams are looked at all the same.
  if (ready < 0 && errno == EINVAL)
    ready = ::poll(entries.data(), 1, static_cast<int>(kPauseWithoutDescriptors.count()));
  if (ready > 0) stopped_ = entries[0].revents != 0;
}

std::size_t JoinServer::CountStrangers() const {
  return static_cast<std::size_t>(std::count_if(peers_.begin(), peers_.end(), [](const Peer& peer) {
    return peer.state == Peer::State::kStranger;
  }));
}

void JoinServer::AcceptStrangers() {
  if (!listener_.is_open() || !accept_again_.Passed()) return;
  for (std::size_t i = 0; i < MaxStrangers(); ++i) {
    UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket) {
      if (CountStrangers() >= MaxStrangers()) ServePeers();  // some may have spoken
      if (CountStrangers() >= MaxStrangers()) DropOldestStranger();
      Greet(std::move(socket));
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      (void)MakeDescriptorRoom(kMaxJoinSize);
      if (!DropOldestStranger()) accept_again_ = Deadline::After(kPauseWithoutDescriptors);
      return;
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

// Those that come to join speak at once: who has been silent for longest makes room, so that nobody
// can keep the others out.
bool JoinServer::DropOldestStranger() {
  const auto oldest = std::find_if(peers_.begin(), peers_.end(), [](const Peer& peer) {
    return peer.state == Peer::State::kStranger;
  });
  if (oldest == peers_.end()) return false;
  peers_.erase(oldest);
  return true;
}

void JoinServer::Greet(UniqueFd socket) {
  const auto user = PeerUser(socket.get());
  std::string address = PeerAddress(socket.get());
  if (user && *user != home_.uid) {
    admission_.NoteRefusal(address, fmt::format("user {} is not user {}", *user, home_.uid));
    return;
  }
  Peer peer{.connection = Connection(std::move(socket), kMaxRequestFrame),
            .address = std::move(address),
            .hello = {.id = options_.id, .nonce = Random<Nonce>()},
            .answer = {},
            .limit = Deadline::After(options_.handshake_limit)};
  peer.connection.Send(EncodeHello(peer.hello));
  peers_.push_back(std::move(peer));
}

void JoinServer::ServePeers() {
  for (Peer& peer : peers_) {
    try {
      Serve(peer);
    } catch (const Error& error) {
      Refuse(peer, error);
    }
  }
}

void JoinServer::Serve(Peer& peer) {
  peer.connection.Flush();
  const bool open = peer.connection.Receive();
  while (const auto frame = peer.connection.Next()) {
    if (peer.state == Peer::State::kLeaving) continue;
    Hear(peer, *frame);
  }
  if (open) return;
  if (peer.state == Peer::State::kStranger)
    admission_.NoteRefusal(peer.address, "ended before it had asked to join");
  peer.ended = true;
}

void JoinServer::Hear(Peer& peer, const std::string& frame) {
  Require(peer.state == Peer::State::kStranger, Code::kHcclRemote,
          "a rank speaks once, and waits then");
  peer.answer = DecodeAnswer(frame);
  Admit(peer);
  peer.state = Peer::State::kAccepted;
  Tell(peer, ReplyKind::kAccepted, EncodeHome(home_));
  const Deadline deadline = Deadline::After(peer.request.timeout);
  if (deadline.time() < group_deadline_.time()) {
    group_deadline_ = deadline;
    group_limit_ = peer.request.timeout;
  }
}

void JoinServer::Admit(Peer& peer) {
  Require(peer.answer.version == kJoinVersion, Code::kHcclNotSupport,
          "this rank speaks version {} of the join, the root version {}; all ranks need the same "
          "version of Ferry",
          peer.answer.version, kJoinVersion);
  Require(IsSame(peer.answer.proof, ProveRequest(options_.secret, peer.hello, peer.answer)),
          Code::kHcclPara, "the proof is wrong: it does not know the secret");
  const auto& whitelist = options_.whitelist;
  Require(!whitelist ||
              std::find(whitelist->begin(), whitelist->end(), peer.address) != whitelist->end(),
          Code::kHcclPara, "{} is not in the list of HCCL_WHITELIST_FILE", peer.address);
  if (failure_) throw Error(*failure_);
  peer.request = DecodeRequest(peer.answer.request);
  admission_.Admit(peer.request);
}

void JoinServer::Refuse(Peer& peer, const Error& error) {
  if (peer.state != Peer::State::kStranger) {  // it broke the rules: as if it had gone
    peer.ended = true;
    return;
  }
  if (!failure_) admission_.NoteRefusal(peer.address, error.message());
  TellLast(peer, ReplyKind::kRefused, EncodeFailure(error));
}

void JoinServer::Tell(Peer& peer, ReplyKind kind, std::string body) {
  Reply reply{.kind = kind, .body = std::move(body)};
  reply.proof = ProveReply(options_.secret, peer.hello, peer.answer, reply);
  peer.connection.Send(EncodeReply(reply));
}

void JoinServer::TellLast(Peer& peer, ReplyKind kind, const std::string& body) {
  Tell(peer, kind, body);
  peer.state = Peer::State::kLeaving;
  peer.limit = Deadline::After(kLastWords);
}

// Ranks of this process come last: a program that fails ends its process at once, and this thread
// with it.
void JoinServer::TellAccepted(ReplyKind kind, const std::string& body) {
  for (const bool own : {false, true})
    for (Peer& peer : peers_)
      if (peer.state == Peer::State::kAccepted && !peer.ended &&
          IsSameProcess(peer.request.home, home_) == own)
        TellLast(peer, kind, body);
}

// A stream may outlive its process, when a child of that process has inherited it.
void JoinServer::LookForTheDead() {
  if (!look_again_.Passed()) return;
  look_again_ = Deadline::After(kLookAtProcesses);
  for (Peer& peer : peers_)
    if (peer.state == Peer::State::kAccepted && !IsSameProcess(peer.request.home, home_))
      peer.ended = peer.ended || HasEnded(peer.request.home.pid, peer.request.home.start_time);
}

void JoinServer::Decide() {
  if (joined_ || failure_) return;
  std::vector<std::int32_t> left;
  for (const Peer& peer : peers_)
    if (peer.ended && peer.state == Peer::State::kAccepted) left.push_back(peer.request.rank);
  std::sort(left.begin(), left.end());
  if (!left.empty()) {
    FailAll(Error(Code::kHcclRemote,
                  fmt::format("rank(s) {} left while joining", fmt::join(left, ", "))));
  } else if (admission_.IsComplete()) {
    Complete();
  } else if (group_deadline_.Passed()) {
    FailAll(Error(Code::kHcclTimeout, admission_.SayMissing(group_limit_)));
  }
}

void JoinServer::Complete() {
  try {
    const JoinedGroup group = admission_.Group();
    Ticket ticket = options_.make_ticket(group);
    ticket.ranks = group.ranks;
    const std::string body = EncodeTicket(ticket);
    // Before anybody knows: the endpoint is free for the next group.
    listener_.Close();
    joined_ = true;
    TellAccepted(ReplyKind::kTicket, body);
  } catch (...) {
    FailAll(Caught({.out_of_memory = Code::kHcclMemory, .internal = Code::kHcclInternal}));
  }
}

void JoinServer::FailAll(Error error) {
  const std::string body = EncodeFailure(error);
  TellAccepted(ReplyKind::kFailed, body);
  failure_ = std::move(error);
  if (!options_.tells_late_ranks) listener_.Close();
}

void JoinServer::DropPeers() {
  const bool closing = !listener_.is_open();
  peers_.remove_if([closing](const Peer& peer) {
    switch (peer.state) {
      case Peer::State::kAccepted:
        return peer.ended;
      case Peer::State::kStranger:
        return peer.ended || closing || peer.limit.Passed();
      case Peer::State::kLeaving:
        return peer.ended || !peer.connection.HasOutput() || peer.limit.Passed();
    }
    return true;
  });
}

}  // namespace ferry::comm
