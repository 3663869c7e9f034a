#include "comm/join/root_info.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/error.h"

namespace ferry::comm {
namespace {

constexpr std::string_view kMagic = "FERRYJN\n";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kChecksumAt = 12;
constexpr std::size_t kContentAt = 20;
constexpr std::size_t kMaxAddresses = 16;
constexpr std::size_t kMaxAddress = 64;

// FNV-1a: finds bytes lost on the way; forgery is what the secret is for.
std::uint64_t Checksum(std::span<const char> bytes) {
  std::uint64_t sum = 0xcbf29ce484222325U;
  for (const char byte : bytes) sum = (sum ^ static_cast<std::uint8_t>(byte)) * 0x100000001b3U;
  return sum;
}

class Writer {
 public:
  explicit Writer(std::span<char> bytes) : bytes_(bytes) {}

  void Bytes(std::string_view text) {
    std::copy(text.begin(), text.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ += text.size();
  }
  void Number(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) bytes_[at_++] = static_cast<char>(value >> (8 * i) & 0xff);
  }
  void Seek(std::size_t at) { at_ = at; }

 private:
  std::span<char> bytes_;
  std::size_t at_ = 0;
};

class Reader {
 public:
  Reader(std::span<const char> bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  // What lies behind the end reads as nothing.
  std::string_view Bytes(std::size_t count) {
    const std::size_t from = std::min(at_, bytes_.size());
    const std::size_t length = std::min(count, bytes_.size() - from);
    at_ = from + length;
    return {bytes_.data() + from, length};
  }
  std::uint64_t Number(std::size_t count) {
    std::uint64_t value = 0;
    int shift = 0;
    for (const char byte : Bytes(count)) {
      value |= std::uint64_t{static_cast<std::uint8_t>(byte)} << shift;
      shift += 8;
    }
    return value;
  }

 private:
  std::span<const char> bytes_;
  std::size_t at_;
};

}  // namespace

std::array<char, kRootInfoBytes> EncodeRootInfo(const RootInfo& info) {
  Require(info.addresses.size() <= kMaxAddresses, Code::kHcclInternal,
          "a root info holds at most {} addresses, not {}", kMaxAddresses, info.addresses.size());
  std::array<char, kRootInfoBytes> bytes{};
  Writer out(bytes);
  out.Bytes(kMagic);
  out.Number(kVersion, 4);
  out.Seek(kContentAt);
  out.Bytes(AsText(info.id));
  out.Bytes(AsText(info.secret));
  out.Number(info.port, 2);
  out.Number(info.addresses.size(), 1);
  for (const std::string& address : info.addresses) {
    Require(address.size() <= kMaxAddress, Code::kHcclInternal,
            "an address of a root info has at most {} characters: {}", kMaxAddress, address);
    out.Number(address.size(), 1);
    out.Bytes(address);
  }
  out.Seek(kChecksumAt);
  out.Number(Checksum(std::span(bytes).subspan(kContentAt)), 8);
  return bytes;
}

RootInfo ParseRootInfo(std::span<const char, kRootInfoBytes> bytes) {
  Reader in(bytes, 0);
  Require(in.Bytes(kMagic.size()) == kMagic, Code::kHcclPara,
          "rootInfo is not what HcclGetRootInfo fills in: has it been broadcast to this rank?");
  const std::uint64_t version = in.Number(4);
  Require(version == kVersion, Code::kHcclNotSupport,
          "rootInfo has version {}; must be {}: all ranks need the same version of Ferry", version,
          kVersion);
  Require(in.Number(8) == Checksum(std::span(bytes).subspan(kContentAt)), Code::kHcclPara,
          "rootInfo is damaged: its checksum is wrong; all {} bytes must be broadcast",
          kRootInfoBytes);
  RootInfo info;
  std::memcpy(info.id.data(), in.Bytes(info.id.size()).data(), info.id.size());
  std::memcpy(info.secret.data(), in.Bytes(info.secret.size()).data(), info.secret.size());
  info.port = static_cast<std::uint16_t>(in.Number(2));
  const std::uint64_t count = in.Number(1);
  Require(count >= 1 && count <= kMaxAddresses && info.port != 0, Code::kHcclPara,
          "rootInfo is damaged: it names {} addresses and port {}", count, info.port);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t length = in.Number(1);
    Require(length >= 1 && length <= kMaxAddress, Code::kHcclPara,
            "rootInfo is damaged: an address of {} characters", length);
    info.addresses.emplace_back(in.Bytes(length));
  }
  return info;
}

}  // namespace ferry::comm
