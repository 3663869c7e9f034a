// What proves that a peer knows the secret of a join, without telling it: HMAC-SHA256.
#ifndef FERRY_COMM_JOIN_PROOF_H_
#define FERRY_COMM_JOIN_PROOF_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace ferry::comm {

using Id = std::array<std::uint8_t, 16>;      // of one root
using Secret = std::array<std::uint8_t, 32>;  // the key of every proof
using Nonce = std::array<std::uint8_t, 32>;   // fresh on each side for each connection
using Proof = std::array<std::uint8_t, 32>;

// Bytes that nobody can guess.
void FillRandom(std::span<std::uint8_t> bytes);

template <class Array>
[[nodiscard]] Array Random() {
  Array bytes;
  FillRandom(bytes);
  return bytes;
}

// The bytes of an array as text, for Prove and for messages.
template <std::size_t kSize>
[[nodiscard]] std::string_view AsText(const std::array<std::uint8_t, kSize>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), kSize};
}

// The proof over all parts, one after another. Only the last may vary in length: the parts are not
// separated.
[[nodiscard]] Proof Prove(const Secret& secret, std::initializer_list<std::string_view> parts);

// Takes the same time wherever they differ.
[[nodiscard]] bool IsSame(const Proof& a, const Proof& b);

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_PROOF_H_
