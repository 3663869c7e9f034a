// Both ends of a join, said by the input: nonces that can be foretold, so that proofs can be right.
#ifndef FERRY_TESTS_FUZZ_JOIN_PEERS_H_
#define FERRY_TESTS_FUZZ_JOIN_PEERS_H_

#include <fuzzer/FuzzedDataProvider.h>

#include <string>

#include "base/fd.h"
#include "comm/join/join.h"
#include "comm/join/message.h"

namespace ferry::fuzz {

inline constexpr comm::Secret kSecret = {1, 2, 3};
inline constexpr comm::Id kId = {4, 5, 6};

// From now on every random byte of a join is 7.
void ForetellNonces();
[[nodiscard]] comm::Hello ForetoldHello();
[[nodiscard]] comm::Nonce ForetoldNonce();

// A request with one or another field that is legal in some group, and any that is not.
[[nodiscard]] comm::JoinRequest AnyRequest(FuzzedDataProvider& data);
[[nodiscard]] comm::JoinRequest GoodRequest(std::int32_t rank, std::int32_t size);

// The frame of an answer to ForetoldHello whose proof is right.
[[nodiscard]] std::string ProvenAnswer(const std::string& request);
// The frame of a reply to such an answer of `request` whose proof is right.
[[nodiscard]] std::string ProvenReply(const std::string& request, comm::ReplyKind kind,
                                      const std::string& body);

// Writes the bytes to the stream, as far as it takes them at once.
void Say(const UniqueFd& socket, const std::string& bytes);

// All that has arrived on the stream, cut into the contents of frames.
[[nodiscard]] std::vector<std::string> FramesIn(const UniqueFd& socket);

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_JOIN_PEERS_H_
