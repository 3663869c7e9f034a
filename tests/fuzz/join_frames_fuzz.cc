// What strangers say to the root of a join, what a root says to a rank, and every message alone:
// an Error that says what is wrong, or what those who know the secret have said; and nobody else is
// disturbed.
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "comm/join/frame.h"
#include "comm/join/join_client.h"
#include "comm/join/join_server.h"
#include "comm/join/root_info.h"
#include "comm/join/socket.h"
#include "fuzz/join_peers.h"
#include "fuzz/require.h"

namespace ferry::fuzz {
namespace {

using comm::Ticket;

// Runs `body`; an Error must have a text.
void MayFail(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    Must(!error.message().empty(), "an Error says what is wrong");
  }
}

// What decodes is the same after another trip.
template <class Decode, class Encode>
void TripAgain(const std::string& bytes, Decode decode, Encode encode) {
  MayFail([&] {
    const std::string once = encode(decode(bytes));
    Must(encode(decode(once)) == once, "a message survives a trip");
  });
}

void DecodeAll(FuzzedDataProvider& data) {
  const std::string bytes = data.ConsumeRemainingBytesAsString();
  TripAgain(bytes, comm::DecodeHello, comm::EncodeHello);
  TripAgain(bytes, comm::DecodeAnswer, comm::EncodeAnswer);
  TripAgain(bytes, comm::DecodeReply, comm::EncodeReply);
  TripAgain(bytes, comm::DecodeRequest, comm::EncodeRequest);
  TripAgain(bytes, comm::DecodeHome, comm::EncodeHome);
  TripAgain(bytes, comm::DecodeFailure, comm::EncodeFailure);
  TripAgain(bytes, comm::DecodeTicket, comm::EncodeTicket);
}

// FNV-1a over what lies behind it, so that the input gets past the checksum.
void MendChecksum(std::span<char, comm::kRootInfoBytes> info) {
  std::uint64_t sum = 0xcbf29ce484222325U;
  for (const char byte : info.subspan(20))
    sum = (sum ^ static_cast<std::uint8_t>(byte)) * 0x100000001b3U;
  for (std::size_t i = 0; i < 8; ++i) info[12 + i] = static_cast<char>(sum >> (8 * i) & 0xff);
}

void ParseInfo(FuzzedDataProvider& data) {
  static const auto sound = comm::EncodeRootInfo(
      {.id = kId, .secret = kSecret, .port = 5000, .addresses = {"127.0.0.1", "::1"}});
  auto bytes = sound;
  const bool mended = data.ConsumeBool();
  while (data.remaining_bytes() > 0) {
    const auto at = data.ConsumeIntegralInRange<std::size_t>(0, bytes.size() - 1);
    bytes[at] = data.ConsumeIntegral<char>();
  }
  if (mended) MendChecksum(bytes);
  MayFail([&] {
    const comm::RootInfo info = comm::ParseRootInfo(bytes);
    Must(!info.addresses.empty() && info.port != 0, "a root info says where");
  });
}

// The bytes of one stranger: garbage, frames of garbage, or requests of one who knows the secret.
std::string WordsOfStranger(FuzzedDataProvider& data, bool* knows_secret) {
  std::string words;
  while (data.remaining_bytes() > 0 && data.ConsumeBool()) {
    switch (data.ConsumeIntegralInRange(0, 3)) {
      case 0:
        words += data.ConsumeRandomLengthString(400);
        break;
      case 1:
        words += comm::MakeFrame(data.ConsumeRandomLengthString(400));
        break;
      case 2:
        words += ProvenAnswer(data.ConsumeRandomLengthString(400));
        *knows_secret = true;
        break;
      default:
        words += ProvenAnswer(comm::EncodeRequest(AnyRequest(data)));
        *knows_secret = true;
    }
  }
  return words;
}

struct Root {
  UniqueFd stop;  // readable: one round is served
  comm::SocketAddress address;
  std::optional<comm::JoinServer> server;

  Root() : stop(::eventfd(1, EFD_CLOEXEC)) {
    address = comm::AbstractUnixSocket("ferry-fuzz-" + std::to_string(::getpid()));
    UniqueFd listener = comm::Listen(address);
    Must(static_cast<bool>(listener), "a listening socket");
    server.emplace(
        std::move(listener),
        comm::RootOptions{
            .id = kId, .secret = kSecret, .make_ticket = [](const comm::JoinedGroup& group) {
              return Ticket{.name = "made up " + group.name,
                            .key = "key",
                            .maker = GoodRequest(0, 2).home,
                            .ranks = {}};
            }});
  }
  [[nodiscard]] UniqueFd Visit() const {
    UniqueFd visitor = comm::Connect(address, Deadline::After(std::chrono::seconds(20)));
    Must(static_cast<bool>(visitor), "a connection");
    return visitor;
  }
};

// Hello, accepted and ticket.
bool HasTicket(const UniqueFd& socket) {
  const std::vector<std::string> frames = FramesIn(socket);
  return frames.size() == 3 && comm::DecodeReply(frames.back()).kind == comm::ReplyKind::kTicket;
}

void VisitRoot(FuzzedDataProvider& data) {
  Root root;
  std::vector<UniqueFd> strangers;
  bool knows_secret = false;
  for (int i = data.ConsumeIntegralInRange(1, 4); i > 0; --i) {
    strangers.push_back(root.Visit());
    Say(strangers.back(), WordsOfStranger(data, &knows_secret));
    if (data.ConsumeBool()) ::shutdown(strangers.back().get(), SHUT_WR);
    if (data.ConsumeBool()) strangers.back().Reset();
  }
  const UniqueFd zero = root.Visit();
  const UniqueFd one = root.Visit();
  Say(zero, ProvenAnswer(comm::EncodeRequest(GoodRequest(0, 2))));
  Say(one, ProvenAnswer(comm::EncodeRequest(GoodRequest(1, 2))));
  root.server->Run(root.stop.get());
  for (const UniqueFd& stranger : strangers) {
    if (!stranger) continue;
    for (const std::string& frame : FramesIn(stranger))
      Must(!frame.empty(), "a root speaks in messages");
  }
  Must(knows_secret || (HasTicket(zero) && HasTicket(one)), "strangers disturb nobody");
}

// The bytes of one who claims to be a root.
std::string WordsOfRoot(FuzzedDataProvider& data, const std::string& request, bool* knows_secret) {
  std::string words = data.ConsumeBool() ? comm::MakeFrame(comm::EncodeHello(ForetoldHello())) : "";
  while (data.remaining_bytes() > 0 && data.ConsumeBool()) {
    const auto kind = static_cast<comm::ReplyKind>(data.ConsumeIntegralInRange(0, 3));
    switch (data.ConsumeIntegralInRange(0, 4)) {
      case 0:
        words += data.ConsumeRandomLengthString(400);
        break;
      case 1:
        words += comm::MakeFrame(data.ConsumeRandomLengthString(400));
        break;
      case 2:
        words += comm::MakeFrame(
            comm::EncodeReply({.kind = kind, .body = data.ConsumeRandomLengthString(400)}));
        break;
      case 3:
        words += ProvenReply(request, kind, data.ConsumeRandomLengthString(400));
        *knows_secret = true;
        break;
      default:
        words += ProvenReply(request, comm::ReplyKind::kAccepted,
                             comm::EncodeHome(GoodRequest(0, 2).home));
        *knows_secret = true;
    }
  }
  return words;
}

void HearRoot(FuzzedDataProvider& data) {
  int ends[2] = {};
  Must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0, "a stream");
  UniqueFd root(ends[0]);
  // Without time left, what it sends can be foretold.
  comm::JoinRequest request = GoodRequest(1, 2);
  request.timeout = std::chrono::milliseconds(0);
  bool knows_secret = false;
  Say(root, WordsOfRoot(data, comm::EncodeRequest(request), &knows_secret));
  ::shutdown(root.get(), SHUT_WR);
  comm::JoinClient client(UniqueFd(ends[1]), "the fuzzer", request,
                          Deadline::After(std::chrono::seconds(0)));
  MayFail([&] {
    static_cast<void>(client.TakePart(kId, kSecret));
    Must(knows_secret, "a rank believes who knows the secret, and nobody else");
  });
}

}  // namespace
}  // namespace ferry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ferry::fuzz;
  ForetellNonces();
  FuzzedDataProvider data(bytes, size);
  constexpr void (*kKinds[])(FuzzedDataProvider&) = {DecodeAll, ParseInfo, VisitRoot, HearRoot};
  data.PickValueInArray(kKinds)(data);
  return 0;
}
