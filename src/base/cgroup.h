// What the control groups of this process allow it.
#ifndef FERRY_BASE_CGROUP_H_
#define FERRY_BASE_CGROUP_H_

#include <cstdint>
#include <limits>
#include <string>

namespace ferry {

struct CgroupLimits {
  double cores = std::numeric_limits<double>::infinity();  // CPU time per time
  std::uint64_t memory_bytes = std::numeric_limits<std::uint64_t>::max();
  // What the tightest group has left, file pages that the kernel can drop counted as free.
  std::uint64_t memory_free = std::numeric_limits<std::uint64_t>::max();
};

// Smallest limits on the way from the process's group to the root, version 1 and 2. Files that do
// not exist do not limit. The arguments are other than their defaults only in tests.
[[nodiscard]] CgroupLimits ReadCgroupLimits(const std::string& membership = "/proc/self/cgroup",
                                            const std::string& mount = "/sys/fs/cgroup");

}  // namespace ferry

#endif  // FERRY_BASE_CGROUP_H_
