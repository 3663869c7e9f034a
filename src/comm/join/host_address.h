// Where a root listens: the interface and the port that the HCCL_* variables ask for.
#ifndef FERRY_COMM_JOIN_HOST_ADDRESS_H_
#define FERRY_COMM_JOIN_HOST_ADDRESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env.h"

namespace ferry::comm {

struct Interface {
  std::string name;     // "eth0"
  std::string address;  // numeric
  bool is_ipv6 = false;
};

// The interfaces of this host that are up, with one entry for each address that peers can use.
[[nodiscard]] std::vector<Interface> ListInterfaces();

// What the variables say, as they are written.
struct AddressWish {
  std::string if_ip;   // HCCL_IF_IP
  std::string ifname;  // HCCL_SOCKET_IFNAME
  std::optional<env::SocketFamily> family;
};

// The addresses to try, best first: if_ip; or the interfaces that match ifname, in the order of its
// list; or all, in the order of names, docker's and lo last. Without a family IPv4 is taken, and
// IPv6 where there is none. Throws Error{kHcclPara} when nothing fits the wish.
[[nodiscard]] std::vector<std::string> ChooseAddresses(std::vector<Interface> interfaces,
                                                       const AddressWish& wish);

struct PortRange {
  std::uint16_t first = 0;  // 0: any port that is free
  std::uint16_t last = 0;
  bool operator==(const PortRange&) const = default;
};

// HCCL_HOST_SOCKET_PORT_RANGE ("auto", or "5000-5010,6000"), or "" and 32 ports from `base_port`
// on. Throws Error{kHcclPara} for another text.
[[nodiscard]] std::vector<PortRange> ChoosePorts(std::string_view range, std::uint16_t base_port);

// The addresses of HCCL_WHITELIST_FILE that may join; nothing when all may. Throws
// Error{kHcclOpenFileFailure, kHcclPara}.
[[nodiscard]] std::optional<std::vector<std::string>> ReadWhitelist();

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_HOST_ADDRESS_H_
