#include "comm/join/join_client.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/error.h"
#include "comm/process.h"

namespace ferry::comm {
namespace {

constexpr std::chrono::milliseconds kLookAtRoot{500};
constexpr std::chrono::seconds kGrace{2};

std::chrono::milliseconds Left(Deadline deadline) {
  return std::chrono::ceil<std::chrono::milliseconds>(deadline.Left());
}

Deadline After(Deadline deadline, std::chrono::seconds more) {
  return deadline.never() ? deadline : Deadline::After(deadline.Left() + more);
}

}  // namespace

JoinClient::JoinClient(UniqueFd socket, std::string where, JoinRequest request, Deadline deadline)
    : connection_(std::move(socket), kMaxReplyFrame),
      where_(std::move(where)),
      request_(std::move(request)),
      deadline_(deadline),
      give_up_(After(deadline, kGrace)) {}

Ticket JoinClient::TakePart(const Id& id, const Secret& secret) {
  const Hello hello = AwaitHello(id);
  JoinRequest request = request_;
  request.timeout = Left(deadline_);
  Answer answer{.nonce = Random<Nonce>(), .request = EncodeRequest(request)};
  answer.proof = ProveRequest(secret, hello, answer);
  connection_.Send(EncodeAnswer(answer));
  while (true) {
    const Reply reply = AwaitReply(secret, hello, answer);
    switch (reply.kind) {
      case ReplyKind::kAccepted:
        root_ = DecodeHome(reply.body);
        break;
      case ReplyKind::kTicket:
        return DecodeTicket(reply.body);
      case ReplyKind::kFailed:
        throw Error(DecodeFailure(reply.body));
      case ReplyKind::kRefused: {
        const Error refusal = DecodeFailure(reply.body);
        Fail(refusal.code(), "the root at {} refused rank {}: {}", where_, request_.rank,
             refusal.message());
      }
    }
  }
}

Hello JoinClient::AwaitHello(const Id& id) {
  const Hello hello = DecodeHello(AwaitFrame());
  Require(hello.version == kJoinVersion, Code::kHcclNotSupport,
          "the root at {} speaks version {} of the join, rank {} version {}; all ranks need the "
          "same version of Ferry",
          where_, hello.version, request_.rank, kJoinVersion);
  Require(hello.id == id, Code::kHcclPara,
          "the root at {} is not the one that rank {} looks for: it serves another group, or has "
          "another secret",
          where_, request_.rank);
  return hello;
}

Reply JoinClient::AwaitReply(const Secret& secret, const Hello& hello, const Answer& answer) {
  Reply reply = DecodeReply(AwaitFrame());
  Require(IsSame(reply.proof, ProveReply(secret, hello, answer, reply)), Code::kHcclPara,
          "the root at {} and rank {} do not have the same secret", where_, request_.rank);
  has_met_root_ = true;
  return reply;
}

std::string JoinClient::AwaitFrame() {
  bool ended = false;
  while (true) {
    connection_.Flush();
    ended = !connection_.Receive() || ended;
    if (auto frame = connection_.Next()) return *std::move(frame);
    Require(!ended, Code::kHcclRemote, "the root at {} ended while rank {} was joining", where_,
            request_.rank);
    Require(!give_up_.Passed(), Code::kHcclTimeout,
            "the root at {} has not answered rank {} in time; it may be stopped", where_,
            request_.rank);
    ended = !RootLivesAfterSleep();
  }
}

// Sleeps until something arrives, or it is time to look at the root's process: a child of it may
// hold this stream open.
bool JoinClient::RootLivesAfterSleep() {
  const auto wait = std::clamp<std::chrono::milliseconds>(
      Left(give_up_), std::chrono::milliseconds(1), kLookAtRoot);
  const short events = connection_.HasOutput() ? POLLIN | POLLOUT : POLLIN;
  pollfd entry{.fd = connection_.fd(), .events = events, .revents = 0};
  const bool arrived = ::poll(&entry, 1, static_cast<int>(wait.count())) != 0;
  return arrived || root_.pid == 0 || !HasEnded(root_.pid, root_.start_time);
}

}  // namespace ferry::comm
