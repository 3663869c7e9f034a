#include "comm/join/proof.h"

#include <sodium.h>

#include "base/error.h"

namespace ferry::comm {
namespace {

static_assert(crypto_auth_hmacsha256_BYTES == sizeof(Proof));

void StartSodium() {
  static const bool ready = sodium_init() >= 0;
  Require(ready, Code::kHcclInternal, "libsodium cannot start: this system gives no random bytes");
}

const std::uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

void FillRandom(std::span<std::uint8_t> bytes) {
  StartSodium();
  randombytes_buf(bytes.data(), bytes.size());
}

Proof Prove(const Secret& secret, std::initializer_list<std::string_view> parts) {
  StartSodium();
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, secret.data(), secret.size());
  for (const std::string_view part : parts)
    crypto_auth_hmacsha256_update(&state, Bytes(part), part.size());
  Proof proof;
  crypto_auth_hmacsha256_final(&state, proof.data());
  sodium_memzero(&state, sizeof(state));
  return proof;
}

bool IsSame(const Proof& a, const Proof& b) {
  return sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace ferry::comm
