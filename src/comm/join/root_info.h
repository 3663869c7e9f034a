// The 4108 bytes that a program broadcasts so that its ranks find each other.
#ifndef FERRY_COMM_JOIN_ROOT_INFO_H_
#define FERRY_COMM_JOIN_ROOT_INFO_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "comm/join/proof.h"

namespace ferry::comm {

inline constexpr std::size_t kRootInfoBytes = 4108;

// Little-endian, in this order: magic, version, checksum of what follows, id, secret, port, number
// of addresses, each address as a length and its text; zeros up to the end.
struct RootInfo {
  Id id{};
  Secret secret{};
  std::uint16_t port = 0;
  std::vector<std::string> addresses;  // numeric, IPv4 or IPv6; the first that answers is taken

  bool operator==(const RootInfo&) const = default;
};

// Throws Error{kHcclInternal} for more than 16 addresses or one of more than 64 characters.
[[nodiscard]] std::array<char, kRootInfoBytes> EncodeRootInfo(const RootInfo& info);

// Any bytes are welcome. Throws Error{kHcclPara} for what EncodeRootInfo cannot have written,
// Error{kHcclNotSupport} for another version.
[[nodiscard]] RootInfo ParseRootInfo(std::span<const char, kRootInfoBytes> bytes);

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_ROOT_INFO_H_
