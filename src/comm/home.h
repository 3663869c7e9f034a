// What a process says of itself to its peers: which host it lives on, and which process it is.
#ifndef FERRY_COMM_HOME_H_
#define FERRY_COMM_HOME_H_

#include <cstdint>
#include <string>

namespace ferry::comm {

struct Home {
  std::string boot_id;              // of the running kernel; FERRY_HOST_ID replaces it
  std::uint64_t net_namespace = 0;  // inode in /proc/self/ns; 0: not known
  std::uint64_t pid_namespace = 0;
  std::int32_t pid = 0;
  std::uint64_t start_time = 0;  // ProcessStartTime(pid); 0: not known
  std::uint32_t uid = 0;         // the effective user, as SO_PEERCRED shows it
  std::string hostname;          // for sentences only
  std::string service;           // the abstract Unix socket of its host service; "" if it has none

  bool operator==(const Home&) const = default;
};

// Of the calling process; a child made by fork gets its own. `service` is taken as it is.
[[nodiscard]] Home HomeOfThisProcess(std::string service = "");

// Whether both can reach each other's Unix sockets and see each other's pids: boot, network
// namespace and pid namespace are equal and known. Passing a descriptor is the final proof.
[[nodiscard]] bool OnSameHost(const Home& a, const Home& b);

// Whether both are one process.
[[nodiscard]] bool IsSameProcess(const Home& a, const Home& b);

}  // namespace ferry::comm

#endif  // FERRY_COMM_HOME_H_
