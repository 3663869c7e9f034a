#include "comm/join/root_info.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"

namespace ferry::comm {
namespace {

using Bytes = std::array<char, kRootInfoBytes>;

RootInfo Info() {
  return {.id = {1, 2, 3},
          .secret = {4, 5, 6},
          .port = 60000,
          .addresses = {"127.0.0.1", "fe80::1%eth0"}};
}

// Repairs the checksum of bytes that have been changed on purpose: FNV-1a from byte 20 on.
Bytes WithChecksum(Bytes bytes) {
  std::uint64_t sum = 0xcbf29ce484222325U;
  for (std::size_t i = 20; i < bytes.size(); ++i)
    sum = (sum ^ static_cast<std::uint8_t>(bytes[i])) * 0x100000001b3U;
  for (std::size_t i = 0; i < 8; ++i) bytes[12 + i] = static_cast<char>(sum >> (8 * i) & 0xff);
  return bytes;
}

Error RefusalOf(const Bytes& bytes) {
  try {
    (void)ParseRootInfo(bytes);
  } catch (const Error& error) {
    return error;
  }
  return {Code::kOk, "accepted"};
}

constexpr std::size_t kVersionAt = 8;
constexpr std::size_t kPortAt = 20 + 16 + 32;
constexpr std::size_t kCountAt = kPortAt + 2;

TEST(RootInfo, IsTheSameAfterATrip) {
  EXPECT_EQ(ParseRootInfo(EncodeRootInfo(Info())), Info());
  RootInfo full = Info();
  full.addresses.assign(16, std::string(64, 'a'));
  EXPECT_EQ(ParseRootInfo(EncodeRootInfo(full)), full);
}

TEST(RootInfo, CannotHoldMoreOrLongerAddresses) {
  RootInfo info = Info();
  info.addresses.assign(17, "::1");
  EXPECT_THROW((void)EncodeRootInfo(info), Error);
  info.addresses.assign(1, std::string(65, 'a'));
  EXPECT_THROW((void)EncodeRootInfo(info), Error);
}

TEST(RootInfo, ThatNobodyHasFilledInIsRefused) {
  const Error error = RefusalOf({});
  EXPECT_EQ(error.code(), Code::kHcclPara);
  EXPECT_NE(error.message().find("has it been broadcast to this rank?"), std::string::npos);
}

TEST(RootInfo, OfAnotherVersionIsNotSupported) {
  Bytes bytes = EncodeRootInfo(Info());
  bytes[kVersionAt] = 2;
  EXPECT_EQ(RefusalOf(bytes).code(), Code::kHcclNotSupport);
  EXPECT_NE(RefusalOf(bytes).message().find("has version 2; must be 1"), std::string::npos);
}

TEST(RootInfo, WithAnyBitChangedIsRefused) {
  const Bytes sound = EncodeRootInfo(Info());
  for (std::size_t byte = 0; byte < kRootInfoBytes; byte += byte < 200 ? 1 : 97) {
    Bytes bent = sound;
    bent[byte] = static_cast<char>(bent[byte] ^ 0x10);
    EXPECT_NE(RefusalOf(bent).code(), Code::kOk) << "byte " << byte;
  }
}

TEST(RootInfo, ThatNamesNoPortOrNoAddressOrTooManyIsDamaged) {
  Bytes bytes = EncodeRootInfo(Info());
  bytes[kPortAt] = bytes[kPortAt + 1] = 0;
  EXPECT_NE(RefusalOf(WithChecksum(bytes)).message().find("2 addresses and port 0"),
            std::string::npos);
  for (const char count : {'\0', '\x11', '\xff'}) {
    bytes = EncodeRootInfo(Info());
    bytes[kCountAt] = count;
    EXPECT_EQ(RefusalOf(WithChecksum(bytes)).code(), Code::kHcclPara) << +count;
  }
}

TEST(RootInfo, WithAnAddressOfAnImpossibleLengthIsDamaged) {
  for (const char length : {'\0', '\x41', '\xff'}) {
    Bytes bytes = EncodeRootInfo(Info());
    bytes[kCountAt + 1] = length;
    EXPECT_NE(RefusalOf(WithChecksum(bytes)).message().find("an address of"), std::string::npos);
  }
}

}  // namespace
}  // namespace ferry::comm
