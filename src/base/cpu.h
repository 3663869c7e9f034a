// What of this machine the process may use.
#ifndef FERRY_BASE_CPU_H_
#define FERRY_BASE_CPU_H_

#include <cstddef>
#include <cstdint>

namespace ferry {

// Cores that the process may run on: its affinity mask, cut down to the quota of its cgroup. Read
// once.
[[nodiscard]] int UsableCores();

// Bytes of the last-level cache; 32 MiB where the system does not tell. Read once.
[[nodiscard]] std::size_t LastLevelCacheBytes();

// Memory that the process may use: RAM, cut down to the limit of its cgroup. Read once.
[[nodiscard]] std::uint64_t UsableMemoryBytes();

}  // namespace ferry

#endif  // FERRY_BASE_CPU_H_
