#include "base/cpu.h"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "base/cgroup.h"
#include "base/text.h"

namespace ferry {
namespace {

int AffinityCores() {
  // The kernel refuses (EINVAL) a set smaller than its own, so grow it: machines above 1024 cores.
  for (std::size_t cores = 1024; cores <= (std::size_t{1} << 20); cores *= 2) {
    std::vector<cpu_set_t> set(cores / CPU_SETSIZE);
    const std::size_t bytes = set.size() * sizeof(cpu_set_t);
    if (::sched_getaffinity(0, bytes, set.data()) == 0)
      return std::max(1, CPU_COUNT_S(bytes, set.data()));
    if (errno != EINVAL) break;
  }
  return std::max(1, static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)));
}

int ReadUsableCores() {
  const int affinity = AffinityCores();
  const double quota = ReadCgroupLimits().cores;
  if (quota >= affinity) return affinity;
  return std::max(1, static_cast<int>(std::ceil(quota)));
}

// Size of the largest data cache that sysfs lists for core 0, or 0.
std::size_t CacheFromSysfs() {
  std::int64_t highest = 0;
  std::uint64_t bytes = 0;
  for (int index = 0;; ++index) {
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu0/cache/index{}/", index);
    const auto level = ReadSmallFile(folder + "level");
    if (!level) break;
    if (ReadSmallFile(folder + "type") == "Instruction") continue;
    const auto size = ParseBytes(ReadSmallFile(folder + "size").value_or(""));
    const std::int64_t number = ParseInteger(*level).value_or(0);
    if (!size || number < highest) continue;
    highest = number;
    bytes = *size;
  }
  return static_cast<std::size_t>(bytes);
}

std::size_t CacheFromSysconf() {
  for (const int name : {_SC_LEVEL4_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE, _SC_LEVEL2_CACHE_SIZE}) {
    const long bytes = ::sysconf(name);
    if (bytes > 0) return static_cast<std::size_t>(bytes);
  }
  return 0;
}

std::size_t ReadLastLevelCache() {
  constexpr std::size_t kUnknown = std::size_t{32} << 20;
  if (const std::size_t bytes = CacheFromSysfs()) return bytes;
  if (const std::size_t bytes = CacheFromSysconf()) return bytes;
  return kUnknown;
}

}  // namespace

int UsableCores() {
  static const int cores = ReadUsableCores();
  return cores;
}

std::size_t LastLevelCacheBytes() {
  static const std::size_t bytes = ReadLastLevelCache();
  return bytes;
}

}  // namespace ferry
