#include "comm/join/proof.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <numeric>
#include <string>

namespace ferry::comm {
namespace {

std::string Hex(const Proof& proof) {
  std::string text;
  for (const std::uint8_t byte : proof) text += fmt::format("{:02x}", byte);
  return text;
}

Secret CountedSecret() {
  Secret secret;
  std::iota(secret.begin(), secret.end(), std::uint8_t{1});
  return secret;
}

TEST(Proof, IsHmacSha256OfThePartsOneAfterAnother) {
  // hmac.new(bytes(range(1, 33)), b"ferry-join-clientrest", sha256) of Python.
  const std::string expected = "704a877fb01f2ad274162052039fd484bef0d94ada5c0276d6d9083585beeb84";
  EXPECT_EQ(Hex(Prove(CountedSecret(), {"ferry-join-client", "rest"})), expected);
  EXPECT_EQ(Hex(Prove(CountedSecret(), {"ferry-join-clientrest"})), expected);
}

TEST(Proof, DependsOnEveryByteOfSecretAndParts) {
  const Proof proof = Prove(CountedSecret(), {"a", "b"});
  EXPECT_FALSE(IsSame(proof, Prove(CountedSecret(), {"a", "c"})));
  for (const std::size_t byte : {0U, 15U, 31U}) {
    Secret other = CountedSecret();
    other[byte] ^= 1;
    EXPECT_FALSE(IsSame(proof, Prove(other, {"a", "b"}))) << byte;
  }
}

TEST(Proof, IsTheSameOnlyIfEveryByteIs) {
  const Proof proof = Prove(CountedSecret(), {"a"});
  EXPECT_TRUE(IsSame(proof, Prove(CountedSecret(), {"a"})));
  for (std::size_t byte = 0; byte < proof.size(); ++byte) {
    Proof other = proof;
    other[byte] ^= 0x80;
    EXPECT_FALSE(IsSame(proof, other)) << byte;
  }
}

TEST(Random, IsNeverTheSame) {
  EXPECT_NE(Random<Nonce>(), Random<Nonce>());
  EXPECT_NE(Random<Id>(), Id{});
}

}  // namespace
}  // namespace ferry::comm
