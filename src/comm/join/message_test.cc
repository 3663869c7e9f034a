#include "comm/join/message.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "comm/join/cbor.h"
#include "comm/join/frame.h"

namespace ferry::comm {
namespace {

using nlohmann::json;

constexpr Hello kHello = {.id = {1}, .nonce = {2}};

Home SomeHome() {
  return {.boot_id = "boot",
          .net_namespace = 11,
          .pid_namespace = 12,
          .pid = 13,
          .start_time = std::numeric_limits<std::uint64_t>::max(),
          .uid = std::numeric_limits<std::uint32_t>::max(),
          .hostname = "host",
          .service = "ferry-0123"};
}

JoinRequest SomeRequest() {
  return {.size = 768,
          .rank = 767,
          .device = 3,
          .name = "ep0",
          .product = "a3",
          .home = SomeHome(),
          .timeout = std::chrono::milliseconds(1234)};
}

Ticket SomeTicket() {
  Ticket ticket{.name = "ep0", .key = std::string("\0key", 4), .maker = SomeHome(), .ranks = {}};
  ticket.ranks.assign(768, {.device = 1, .home = SomeHome()});
  ticket.ranks[5].home.pid = 99;
  return ticket;
}

// The message of the Error with which `decode` refuses `bytes`; "" if it takes them.
template <class Decode>
std::string RefusalOf(Decode decode, const std::string& bytes) {
  try {
    (void)decode(bytes);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kHcclRemote);
    return error.message();
  }
  return "";
}

// The same for a message in which `field` is `value`, or is left out.
template <class Decode>
std::string RefusalWith(Decode decode, const std::string& bytes, const char* field,
                        const json& value) {
  json object = json::from_cbor(bytes);
  object[field] = value;
  return RefusalOf(decode, ToCbor(object));
}
template <class Decode>
void ExpectEveryFieldIsNeeded(Decode decode, const std::string& bytes) {
  EXPECT_EQ(RefusalOf(decode, bytes), "");
  const json whole = json::from_cbor(bytes);
  for (const auto& [name, value] : whole.items()) {
    json less = whole;
    less.erase(name);
    EXPECT_NE(RefusalOf(decode, ToCbor(less)).find(name), std::string::npos) << name;
    EXPECT_NE(RefusalWith(decode, bytes, name.c_str(), 1.5).find(name), std::string::npos) << name;
  }
}

TEST(Message, IsTheSameAfterATrip) {
  const Hello hello = DecodeHello(EncodeHello(kHello));
  EXPECT_EQ(hello.version, kJoinVersion);
  EXPECT_EQ(hello.id, kHello.id);
  EXPECT_EQ(hello.nonce, kHello.nonce);

  const Answer answer = DecodeAnswer(
      EncodeAnswer({.version = 7, .nonce = {3}, .proof = {4}, .request = std::string(99, '\0')}));
  EXPECT_EQ(answer.version, 7U);
  EXPECT_EQ(answer.nonce, Nonce{3});
  EXPECT_EQ(answer.proof, Proof{4});
  EXPECT_EQ(answer.request, std::string(99, '\0'));

  const Reply reply =
      DecodeReply(EncodeReply({.kind = ReplyKind::kFailed, .body = "body", .proof = {5}}));
  EXPECT_EQ(reply.kind, ReplyKind::kFailed);
  EXPECT_EQ(reply.body, "body");
  EXPECT_EQ(reply.proof, Proof{5});

  EXPECT_EQ(DecodeHome(EncodeHome(SomeHome())), SomeHome());
  const Error failure = DecodeFailure(EncodeFailure(Error(Code::kHcclTimeout, "too late")));
  EXPECT_EQ(failure.code(), Code::kHcclTimeout);
  EXPECT_EQ(failure.message(), "too late");
}

TEST(Message, ARequestIsTheSameAfterATripWithoutATimeBelowZero) {
  JoinRequest request = DecodeRequest(EncodeRequest(SomeRequest()));
  EXPECT_EQ(EncodeRequest(request), EncodeRequest(SomeRequest()));
  EXPECT_EQ(request.home, SomeHome());
  request.timeout = std::chrono::milliseconds(-5);
  EXPECT_EQ(DecodeRequest(EncodeRequest(request)).timeout.count(), 0);
}

TEST(Message, ATicketOfTheLargestGroupFitsIntoAFrame) {
  const std::string bytes = EncodeTicket(SomeTicket());
  EXPECT_LT(bytes.size() + 1024, kMaxReplyFrame);
  const Ticket ticket = DecodeTicket(bytes);
  EXPECT_EQ(ticket.name, "ep0");
  EXPECT_EQ(ticket.key, SomeTicket().key);
  EXPECT_EQ(ticket.ranks, SomeTicket().ranks);
}

TEST(Message, NeedsEveryFieldOfItsType) {
  ExpectEveryFieldIsNeeded(DecodeHello, EncodeHello(kHello));
  ExpectEveryFieldIsNeeded(DecodeAnswer, EncodeAnswer({.request = "request"}));
  ExpectEveryFieldIsNeeded(DecodeReply, EncodeReply({}));
  ExpectEveryFieldIsNeeded(DecodeRequest, EncodeRequest(SomeRequest()));
  ExpectEveryFieldIsNeeded(DecodeHome, EncodeHome(SomeHome()));
  ExpectEveryFieldIsNeeded(DecodeFailure, EncodeFailure(Error(Code::kHcclPara, "text")));
  ExpectEveryFieldIsNeeded(DecodeTicket, EncodeTicket(SomeTicket()));
}

TEST(Message, ThatIsNoObjectOrIsCutIsRefused) {
  const std::string whole = EncodeRequest(SomeRequest());
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(RefusalOf(DecodeRequest, whole.substr(0, length)), "") << length;
  EXPECT_NE(RefusalOf(DecodeRequest, whole + '\0'), "") << "something behind it";
  for (const json& other : {json(7), json("text"), json::array({1, 2}), json(nullptr)})
    EXPECT_EQ(RefusalOf(DecodeHello, ToCbor(other)), "hello is not the CBOR of an object");
}

TEST(Message, WithDeepNestingOrImpossibleLengthsIsRefused) {
  EXPECT_NE(RefusalOf(DecodeHello, std::string(60'000, '\x81')), "");  // [[[[...
  EXPECT_NE(RefusalOf(DecodeHello, "\xbb\xff\xff\xff\xff\xff\xff\xff\xff"), "");
  EXPECT_NE(RefusalOf(DecodeHello, "\xa1\x7b\x7f\xff\xff\xff\xff\xff\xff\xff"), "");
}

TEST(Message, HoldsNumbersInTheirRanges) {
  const std::string request = EncodeRequest(SomeRequest());
  const auto with = [&](const char* field, const json& value) {
    return RefusalWith(DecodeRequest, request, field, value);
  };
  EXPECT_EQ(with("size", 0), "request: size must be a number in [1, 768]");
  EXPECT_NE(with("size", 769), "");
  EXPECT_NE(with("rank", -1), "");
  EXPECT_EQ(with("rank", 5000), "") << "to be refused by the root, with a sentence of its own";
  EXPECT_NE(with("device", std::uint64_t{1} << 31), "");
  EXPECT_NE(with("timeout", (std::uint64_t{1} << 40) + 1), "");
  EXPECT_NE(RefusalWith(DecodeHome, EncodeHome(SomeHome()), "pid", 0), "");
  EXPECT_NE(RefusalWith(DecodeReply, EncodeReply({}), "kind", 4), "");
  EXPECT_NE(RefusalWith(DecodeFailure, EncodeFailure(Error(Code::kHcclPara, "")), "code", 0), "");
}

TEST(Message, HoldsTextsOfTheirLengthWithoutControlCharacters) {
  const std::string request = EncodeRequest(SomeRequest());
  EXPECT_EQ(RefusalWith(DecodeRequest, request, "name", std::string(127, 'n')), "");
  EXPECT_EQ(RefusalWith(DecodeRequest, request, "name", std::string(128, 'n')),
            "request: name must be a text of at most 127 bytes");
  for (const char* text : {"line\nline", "\x1b[31m", "\x7f"})
    EXPECT_NE(RefusalWith(DecodeRequest, request, "product", text), "") << text;
  EXPECT_NE(RefusalWith(DecodeHello, EncodeHello(kHello), "magic", "another"), "");
}

TEST(Message, HoldsBlobsOfTheirLength) {
  const std::string hello = EncodeHello(kHello);
  EXPECT_EQ(RefusalWith(DecodeHello, hello, "nonce", Binary(std::string(32, 'n'))), "");
  for (const std::size_t length : {0U, 31U, 33U})
    EXPECT_EQ(RefusalWith(DecodeHello, hello, "nonce", Binary(std::string(length, 'n'))),
              "hello: nonce must be 32 to 32 bytes");
  EXPECT_NE(RefusalWith(DecodeHello, hello, "nonce", std::string(32, 'n')), "") << "a text";
}

TEST(Message, ATicketHoldsRanksAndNoMoreThanAGroupMayHave) {
  const std::string ticket = EncodeTicket(SomeTicket());
  EXPECT_EQ(RefusalWith(DecodeTicket, ticket, "ranks", json::array({1})),
            "ticket: ranks must be objects");
  const json rank = json::from_cbor(ticket)["ranks"][0];
  EXPECT_NE(RefusalWith(DecodeTicket, ticket, "ranks", std::vector<json>(769, rank)), "");
  for (const auto& [name, value] : rank.items()) {
    json less = rank;
    less.erase(name);
    EXPECT_NE(RefusalWith(DecodeTicket, ticket, "ranks", json::array({less})), "") << name;
  }
}

TEST(Message, LongFailuresAreCut) {
  const Error long_one(Code::kHcclPara, std::string(5000, 'x'));
  EXPECT_EQ(DecodeFailure(EncodeFailure(long_one)).message().size(), 4096U);
}

TEST(Message, ProofsDependOnWhatTheyProve) {
  const Secret secret = {9};
  const Answer answer{.nonce = {3}, .request = "request"};
  const Proof proof = ProveRequest(secret, kHello, answer);
  EXPECT_NE(proof, ProveRequest(Secret{8}, kHello, answer));
  EXPECT_NE(proof, ProveRequest(secret, {.id = {7}, .nonce = kHello.nonce}, answer));
  EXPECT_NE(proof, ProveRequest(secret, {.id = kHello.id, .nonce = {7}}, answer));
  EXPECT_NE(proof, ProveRequest(secret, kHello, {.nonce = {4}, .request = "request"}));
  EXPECT_NE(proof, ProveRequest(secret, kHello, {.nonce = {3}, .request = "another"}));
  const Reply reply{.kind = ReplyKind::kTicket, .body = "body"};
  const Proof of_reply = ProveReply(secret, kHello, answer, reply);
  EXPECT_NE(of_reply, proof) << "a proof of one side proves nothing of the other";
  EXPECT_NE(of_reply,
            ProveReply(secret, kHello, answer, {.kind = ReplyKind::kFailed, .body = "body"}));
  EXPECT_NE(of_reply,
            ProveReply(secret, kHello, answer, {.kind = ReplyKind::kTicket, .body = "other"}));
}

}  // namespace
}  // namespace ferry::comm
