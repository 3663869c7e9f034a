// What a root and a rank say to each other, as CBOR: one message a frame (frame.h).
//
//   root -> rank  Hello   who listens, and a nonce
//   rank -> root  Answer  a nonce, the request, and the proof that it knows the secret
//   root -> rank  Reply   accepted, then ticket or failed; or refused. Each proves that the root
//                         knows the secret too, so a rank believes nothing that a stranger says.
//
// Decoding takes any bytes and checks every field for type and range: Error{kHcclRemote} says what
// is wrong.
#ifndef FERRY_COMM_JOIN_MESSAGE_H_
#define FERRY_COMM_JOIN_MESSAGE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "comm/join/join.h"
#include "comm/join/proof.h"

namespace ferry::comm {

inline constexpr std::uint32_t kJoinVersion = 1;  // of all that follows

struct Hello {
  std::uint32_t version = kJoinVersion;
  Id id{};
  Nonce nonce{};
};

struct Answer {
  std::uint32_t version = kJoinVersion;
  Nonce nonce{};
  Proof proof{};
  std::string request{};  // EncodeRequest
};

enum class ReplyKind : std::uint8_t { kAccepted, kRefused, kTicket, kFailed };

struct Reply {
  ReplyKind kind = ReplyKind::kRefused;
  std::string body;  // EncodeHome, EncodeFailure, EncodeTicket, EncodeFailure
  Proof proof{};
};

[[nodiscard]] std::string EncodeHello(const Hello& hello);
[[nodiscard]] Hello DecodeHello(std::string_view bytes);
[[nodiscard]] std::string EncodeAnswer(const Answer& answer);
[[nodiscard]] Answer DecodeAnswer(std::string_view bytes);
[[nodiscard]] std::string EncodeReply(const Reply& reply);
[[nodiscard]] Reply DecodeReply(std::string_view bytes);

// request.timeout is what is left of it when it is sent.
[[nodiscard]] std::string EncodeRequest(const JoinRequest& request);
[[nodiscard]] JoinRequest DecodeRequest(std::string_view bytes);
[[nodiscard]] std::string EncodeHome(const Home& home);
[[nodiscard]] Home DecodeHome(std::string_view bytes);
[[nodiscard]] std::string EncodeFailure(const Error& error);
[[nodiscard]] Error DecodeFailure(std::string_view bytes);
// All ranks of a group are on one host, so host and user travel once, as the maker's.
[[nodiscard]] std::string EncodeTicket(const Ticket& ticket);
[[nodiscard]] Ticket DecodeTicket(std::string_view bytes);

// The proofs of one connection.
[[nodiscard]] Proof ProveRequest(const Secret& secret, const Hello& hello, const Answer& answer);
[[nodiscard]] Proof ProveReply(const Secret& secret, const Hello& hello, const Answer& answer,
                               const Reply& reply);

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_MESSAGE_H_
