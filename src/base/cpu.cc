#include "base/cpu.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <string>

namespace ferry {
namespace {

constexpr std::size_t kDefaultLastLevelCache = std::size_t{32} << 20;

// The folder of this process's cgroup below /sys/fs/cgroup, for the controller (v1) or unified
// (v2).
std::string CgroupPath(const std::string& controller) {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string names = line.substr(first + 1, second - first - 1);
    if (names == controller || (controller.empty() && names.empty()))
      return line.substr(second + 1);
  }
  return "/";
}

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

double ToDouble(const std::string& text) {
  try {
    return std::stod(text);
  } catch (const std::exception&) {
    return 0.0;
  }
}

// Calls `read` with each folder from the process's own cgroup up to the root: the tightest limit
// counts.
template <class Read>
void ForEachCgroup(const std::string& root, std::string path, Read read) {
  for (;;) {
    read(root + path);
    if (path.empty() || path == "/") return;
    path.resize(path.rfind('/'));
  }
}

int ReadUsableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int cores = sched_getaffinity(0, sizeof(set), &set) == 0
                  ? CPU_COUNT(&set)
                  : static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  const auto apply = [&cores](double quota, double period) {
    if (quota > 0 && period > 0) {
      cores = std::min(cores, static_cast<int>(std::ceil(quota / period)));
    }
  };
  ForEachCgroup("/sys/fs/cgroup", CgroupPath(""), [&](const std::string& folder) {
    const std::string line = FirstLine(folder + "/cpu.max");
    const auto space = line.find(' ');
    if (space != std::string::npos)
      apply(ToDouble(line.substr(0, space)), ToDouble(line.substr(space)));
  });
  ForEachCgroup("/sys/fs/cgroup/cpu", CgroupPath("cpu,cpuacct"), [&](const std::string& folder) {
    apply(ToDouble(FirstLine(folder + "/cpu.cfs_quota_us")),
          ToDouble(FirstLine(folder + "/cpu.cfs_period_us")));
  });
  return std::max(cores, 1);
}

std::size_t ReadLastLevelCache() {
  for (const int name : {_SC_LEVEL4_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE, _SC_LEVEL2_CACHE_SIZE}) {
    const long bytes = sysconf(name);
    if (bytes > 0) return static_cast<std::size_t>(bytes);
  }
  return kDefaultLastLevelCache;
}

std::uint64_t ReadUsableMemory() {
  auto bytes = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
               static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
  const auto apply = [&bytes](const std::string& text) {
    const double limit = ToDouble(text);  // "max" is no number, hence no limit
    if (limit > 0 && limit < static_cast<double>(bytes)) bytes = static_cast<std::uint64_t>(limit);
  };
  ForEachCgroup("/sys/fs/cgroup", CgroupPath(""),
                [&](const std::string& folder) { apply(FirstLine(folder + "/memory.max")); });
  ForEachCgroup("/sys/fs/cgroup/memory", CgroupPath("memory"), [&](const std::string& folder) {
    apply(FirstLine(folder + "/memory.limit_in_bytes"));
  });
  return bytes;
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

std::uint64_t UsableMemoryBytes() {
  static const std::uint64_t bytes = ReadUsableMemory();
  return bytes;
}

}  // namespace ferry
