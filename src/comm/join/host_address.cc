#include "comm/join/host_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

#include "base/error.h"
#include "base/text.h"

namespace ferry::comm {
namespace {

std::vector<std::string_view> SplitAtCommas(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

// HCCL_SOCKET_IFNAME: marks in front, which hold for the whole list, and names.
struct NamePattern {
  bool excludes = false;
  bool exact = false;
  std::vector<std::string_view> names;

  explicit NamePattern(std::string_view text) {
    excludes = text.starts_with('^');
    if (excludes) text.remove_prefix(1);
    exact = text.starts_with('=');
    if (exact) text.remove_prefix(1);
    names = SplitAtCommas(text);
  }

  // The place in the list of the first name that fits, or its length.
  [[nodiscard]] std::size_t Place(std::string_view interface) const {
    const auto fits = [this, interface](std::string_view name) {
      return exact ? interface == name : !name.empty() && interface.starts_with(name);
    };
    return static_cast<std::size_t>(std::find_if(names.begin(), names.end(), fits) - names.begin());
  }
};

// 0: any other, 1: docker's, 2: loopback.
int Rank(std::string_view name) {
  if (name == "lo") return 2;
  return name.starts_with("docker") ? 1 : 0;
}

bool ComesBefore(const Interface& a, const Interface& b) {
  return std::pair(Rank(a.name), a.name) < std::pair(Rank(b.name), b.name);
}

std::vector<Interface> OfName(const std::vector<Interface>& all, std::string_view ifname) {
  const NamePattern pattern(ifname);
  std::vector<Interface> found;
  for (const Interface& one : all)
    if ((pattern.Place(one.name) < pattern.names.size()) != pattern.excludes) found.push_back(one);
  if (!pattern.excludes)
    std::stable_sort(found.begin(), found.end(), [&](const Interface& a, const Interface& b) {
      return pattern.Place(a.name) < pattern.Place(b.name);
    });
  std::vector<std::string_view> names;
  for (const Interface& one : all) names.push_back(one.name);
  Require(!found.empty(), Code::kHcclPara,
          "HCCL_SOCKET_IFNAME is \"{}\"; must fit one of this host's interfaces: {}", ifname,
          fmt::join(names, ", "));
  return found;
}

std::vector<std::string> OfFamily(const std::vector<Interface>& interfaces, bool is_ipv6) {
  std::vector<std::string> addresses;
  for (const Interface& one : interfaces)
    if (one.is_ipv6 == is_ipv6) addresses.push_back(one.address);
  return addresses;
}

bool IsNumericAddress(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> ignored;
  return ::inet_pton(AF_INET, text.c_str(), ignored.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), ignored.data()) == 1;
}

// Nothing for what peers cannot use: no IP, or of one link only.
std::optional<Interface> FromSystem(const ifaddrs& entry) {
  if (entry.ifa_addr == nullptr || (entry.ifa_flags & IFF_UP) == 0) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = entry.ifa_addr->sa_family;
  const void* address = nullptr;
  if (family == AF_INET) {
    address = &reinterpret_cast<const sockaddr_in*>(entry.ifa_addr)->sin_addr;
  } else if (family == AF_INET6) {
    const auto* in6 = &reinterpret_cast<const sockaddr_in6*>(entry.ifa_addr)->sin6_addr;
    if (IN6_IS_ADDR_LINKLOCAL(in6)) return std::nullopt;
    address = in6;
  }
  if (address == nullptr || ::inet_ntop(family, address, text.data(), text.size()) == nullptr)
    return std::nullopt;
  return Interface{.name = entry.ifa_name, .address = text.data(), .is_ipv6 = family == AF_INET6};
}

PortRange ParsePortRange(std::string_view part, std::string_view whole) {
  const std::size_t dash = part.find('-');
  const auto first = ParseInteger(part.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : ParseInteger(part.substr(dash + 1));
  constexpr std::int64_t kMost = std::numeric_limits<std::uint16_t>::max();
  Require(first && last && *first >= 1 && *first <= *last && *last <= kMost, Code::kHcclPara,
          "HCCL_HOST_SOCKET_PORT_RANGE is \"{}\"; must be auto, or ports and ranges of ports in "
          "[1, 65535] such as 5000-5010,6000",
          whole);
  return {static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

}  // namespace

std::vector<Interface> ListInterfaces() {
  ifaddrs* list = nullptr;
  Require(::getifaddrs(&list) == 0, Code::kHcclSyscall, "the system does not list its interfaces");
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
  std::vector<Interface> interfaces;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next)
    if (auto one = FromSystem(*entry)) interfaces.push_back(*std::move(one));
  return interfaces;
}

std::vector<std::string> ChooseAddresses(std::vector<Interface> interfaces,
                                         const AddressWish& wish) {
  if (!wish.if_ip.empty()) {
    Require(IsNumericAddress(wish.if_ip), Code::kHcclPara,
            "HCCL_IF_IP is \"{}\"; must be an IPv4 or IPv6 address", wish.if_ip);
    return {wish.if_ip};
  }
  std::stable_sort(interfaces.begin(), interfaces.end(), ComesBefore);
  if (!wish.ifname.empty()) interfaces = OfName(interfaces, wish.ifname);
  auto addresses = OfFamily(interfaces, wish.family == env::SocketFamily::kIpv6);
  if (addresses.empty() && !wish.family) addresses = OfFamily(interfaces, true);
  Require(!addresses.empty(), Code::kHcclPara,
          "no interface has an address of the family that HCCL_SOCKET_FAMILY asks for");
  return addresses;
}

std::vector<PortRange> ChoosePorts(std::string_view range, std::uint16_t base_port) {
  constexpr std::uint16_t kPorts = 32;
  constexpr std::uint16_t kMost = std::numeric_limits<std::uint16_t>::max();
  if (range.empty())
    return {{base_port, static_cast<std::uint16_t>(std::min(base_port + kPorts - 1, int{kMost}))}};
  if (range == "auto") return {{0, 0}};
  std::vector<PortRange> ranges;
  for (const std::string_view part : SplitAtCommas(range))
    ranges.push_back(ParsePortRange(part, range));
  return ranges;
}

}  // namespace ferry::comm
