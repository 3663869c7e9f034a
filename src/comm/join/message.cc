#include "comm/join/message.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "comm/join/cbor.h"
#include "comm/join/frame.h"

namespace ferry::comm {
namespace {

using nlohmann::json;

constexpr std::string_view kMagic = "ferry-join";
constexpr std::uint64_t kMaxInt = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t kMaxCount = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kMaxName = 127;
constexpr std::size_t kMaxService = 107;  // sun_path without its leading NUL
constexpr std::size_t kMaxText = 4096;
constexpr std::uint64_t kMaxTimeout = std::uint64_t{1} << 40;  // ms: 34 years

json HomeToJson(const Home& home) {
  return {{"boot", home.boot_id},  {"net", home.net_namespace}, {"pids", home.pid_namespace},
          {"pid", home.pid},       {"start", home.start_time},  {"uid", home.uid},
          {"host", home.hostname}, {"service", home.service}};
}

Home HomeFromJson(const Fields& in) {
  return {.boot_id = in.Text("boot", 256),
          .net_namespace = in.Number("net", 0, kMaxCount),
          .pid_namespace = in.Number("pids", 0, kMaxCount),
          .pid = in.NumberAs<std::int32_t>("pid", 1, kMaxInt),
          .start_time = in.Number("start", 0, kMaxCount),
          .uid = in.NumberAs<std::uint32_t>("uid", 0, std::numeric_limits<std::uint32_t>::max()),
          .hostname = in.Text("host", 256),
          .service = in.Text("service", kMaxService)};
}

json RankToJson(const JoinedRank& rank) {
  return {{"device", rank.device},
          {"pid", rank.home.pid},
          {"start", rank.home.start_time},
          {"service", rank.home.service}};
}

JoinedRank RankFromJson(const json& value, const Home& maker) {
  Require(value.is_object(), Code::kHcclRemote, "ticket: ranks must be objects");
  const Fields in(value, "ticket");
  JoinedRank rank{.device = in.NumberAs<std::int32_t>("device", 0, kMaxInt), .home = maker};
  rank.home.pid = in.NumberAs<std::int32_t>("pid", 1, kMaxInt);
  rank.home.start_time = in.Number("start", 0, kMaxCount);
  rank.home.service = in.Text("service", kMaxService);
  return rank;
}

}  // namespace

std::string EncodeHello(const Hello& hello) {
  return ToCbor({{"magic", kMagic},
                 {"version", hello.version},
                 {"id", Binary(AsText(hello.id))},
                 {"nonce", Binary(AsText(hello.nonce))}});
}

Hello DecodeHello(std::string_view bytes) {
  const json value = ParseCbor(bytes, "hello");
  const Fields in(value, "hello");
  Require(in.Text("magic", 64) == kMagic, Code::kHcclRemote, "hello: magic is wrong");
  return {.version = in.NumberAs<std::uint32_t>("version", 0, kMaxInt),
          .id = in.Bytes<Id>("id"),
          .nonce = in.Bytes<Nonce>("nonce")};
}

std::string EncodeAnswer(const Answer& answer) {
  return ToCbor({{"version", answer.version},
                 {"nonce", Binary(AsText(answer.nonce))},
                 {"proof", Binary(AsText(answer.proof))},
                 {"request", Binary(answer.request)}});
}

Answer DecodeAnswer(std::string_view bytes) {
  const json value = ParseCbor(bytes, "answer");
  const Fields in(value, "answer");
  return {.version = in.NumberAs<std::uint32_t>("version", 0, kMaxInt),
          .nonce = in.Bytes<Nonce>("nonce"),
          .proof = in.Bytes<Proof>("proof"),
          .request = in.Blob("request", 0, kMaxRequestFrame)};
}

std::string EncodeReply(const Reply& reply) {
  return ToCbor({{"kind", static_cast<unsigned>(reply.kind)},
                 {"body", Binary(reply.body)},
                 {"proof", Binary(AsText(reply.proof))}});
}

Reply DecodeReply(std::string_view bytes) {
  const json value = ParseCbor(bytes, "reply");
  const Fields in(value, "reply");
  return {.kind = in.NumberAs<ReplyKind>("kind", 0, static_cast<unsigned>(ReplyKind::kFailed)),
          .body = in.Blob("body", 0, kMaxReplyFrame),
          .proof = in.Bytes<Proof>("proof")};
}

std::string EncodeRequest(const JoinRequest& request) {
  return ToCbor({{"size", request.size},
                 {"rank", request.rank},
                 {"device", request.device},
                 {"name", request.name},
                 {"product", request.product},
                 {"home", HomeToJson(request.home)},
                 {"timeout", std::max<std::int64_t>(request.timeout.count(), 0)}});
}

// A rank out of range is decoded, to be refused with a sentence of its own.
JoinRequest DecodeRequest(std::string_view bytes) {
  const json value = ParseCbor(bytes, "request");
  const Fields in(value, "request");
  return {.size = in.NumberAs<std::int32_t>("size", 1, kMaxJoinSize),
          .rank = in.NumberAs<std::int32_t>("rank", 0, kMaxInt),
          .device = in.NumberAs<std::int32_t>("device", 0, kMaxInt),
          .name = in.Text("name", kMaxName),
          .product = in.Text("product", kMaxName),
          .home = HomeFromJson(in.Object("home")),
          .timeout = std::chrono::milliseconds(in.Number("timeout", 0, kMaxTimeout))};
}

std::string EncodeHome(const Home& home) {
  return ToCbor(HomeToJson(home));
}

Home DecodeHome(std::string_view bytes) {
  const json value = ParseCbor(bytes, "home");
  return HomeFromJson(Fields(value, "home"));
}

std::string EncodeFailure(const Error& error) {
  return ToCbor({{"code", static_cast<std::uint32_t>(error.code())},
                 {"text", error.message().substr(0, kMaxText)}});
}

Error DecodeFailure(std::string_view bytes) {
  const json value = ParseCbor(bytes, "failure");
  const Fields in(value, "failure");
  return Error(in.NumberAs<Code>("code", 1, kMaxInt), in.Text("text", kMaxText));
}

std::string EncodeTicket(const Ticket& ticket) {
  json ranks = json::array();
  for (const JoinedRank& rank : ticket.ranks) ranks.push_back(RankToJson(rank));
  return ToCbor({{"name", ticket.name},
                 {"key", Binary(ticket.key)},
                 {"maker", HomeToJson(ticket.maker)},
                 {"ranks", std::move(ranks)}});
}

Ticket DecodeTicket(std::string_view bytes) {
  const json value = ParseCbor(bytes, "ticket");
  const Fields in(value, "ticket");
  Ticket ticket{.name = in.Text("name", kMaxName),
                .key = in.Blob("key", 0, 256),
                .maker = HomeFromJson(in.Object("maker")),
                .ranks = {}};
  for (const json& rank : in.List("ranks", kMaxJoinSize))
    ticket.ranks.push_back(RankFromJson(rank, ticket.maker));
  return ticket;
}

Proof ProveRequest(const Secret& secret, const Hello& hello, const Answer& answer) {
  return Prove(secret, {"ferry-join-client", AsText(hello.id), AsText(hello.nonce),
                        AsText(answer.nonce), answer.request});
}

Proof ProveReply(const Secret& secret, const Hello& hello, const Answer& answer,
                 const Reply& reply) {
  const char kind = static_cast<char>(reply.kind);
  return Prove(secret,
               {"ferry-join-server", AsText(hello.id), AsText(answer.nonce), AsText(hello.nonce),
                AsText(answer.proof), std::string_view(&kind, 1), reply.body});
}

}  // namespace ferry::comm
