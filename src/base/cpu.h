// The processor as this process may use it. Everything is read once.
#ifndef FERRY_BASE_CPU_H_
#define FERRY_BASE_CPU_H_

#include <cstddef>

namespace ferry {

// Cores that this process can keep busy: its affinity mask and the quota of its control groups,
// rounded up; at least 1. More waiting threads than this must not spin.
[[nodiscard]] int UsableCores();

// Size of the last-level cache that core 0 shares; 32 MiB where the system does not tell.
[[nodiscard]] std::size_t LastLevelCacheBytes();

}  // namespace ferry

#endif  // FERRY_BASE_CPU_H_
