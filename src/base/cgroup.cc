#include "base/cgroup.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <string_view>

#include "base/text.h"

namespace ferry {
namespace {

std::optional<std::int64_t> ReadNumber(const std::string& path) {
  const auto text = ReadSmallFile(path);
  return text ? ParseInteger(*text) : std::nullopt;
}

void LimitCores(CgroupLimits& limits, std::int64_t quota, std::int64_t period) {
  if (quota <= 0 || period <= 0) return;  // -1: no limit
  limits.cores = std::min(limits.cores, static_cast<double>(quota) / static_cast<double>(period));
}

void LimitMemory(CgroupLimits& limits, std::optional<std::int64_t> bytes) {
  if (!bytes || *bytes < 0) return;
  limits.memory_bytes = std::min(limits.memory_bytes, static_cast<std::uint64_t>(*bytes));
}

// cpu.max holds "<quota> <period>" or "max <period>", memory.max a number or "max".
void ApplyVersion2(CgroupLimits& limits, const std::string& folder) {
  if (const auto cpu = ReadSmallFile(folder + "/cpu.max")) {
    std::istringstream fields(*cpu);
    std::int64_t quota = 0;
    std::int64_t period = 0;
    if (fields >> quota >> period) LimitCores(limits, quota, period);
  }
  LimitMemory(limits, ReadNumber(folder + "/memory.max"));
}

void ApplyVersion1Cpu(CgroupLimits& limits, const std::string& folder) {
  LimitCores(limits, ReadNumber(folder + "/cpu.cfs_quota_us").value_or(0),
             ReadNumber(folder + "/cpu.cfs_period_us").value_or(0));
}

void ApplyVersion1Memory(CgroupLimits& limits, const std::string& folder) {
  LimitMemory(limits, ReadNumber(folder + "/memory.limit_in_bytes"));
}

// Applies `apply` to the folder of `group` below `mount` and to every folder above it, the mount
// itself included: inside a container the group's path may be known only outside.
template <class Apply>
void ApplyUpwards(CgroupLimits& limits, const std::string& mount, std::string group, Apply apply) {
  while (!group.empty() && group != "/") {
    apply(limits, mount + group);
    group.resize(group.find_last_of('/') == std::string::npos ? 0 : group.find_last_of('/'));
  }
  apply(limits, mount);
}

bool HasController(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (list.substr(0, comma) == name) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

CgroupLimits ReadCgroupLimits(const std::string& membership, const std::string& mount) {
  CgroupLimits limits;
  std::istringstream lines(ReadSmallFile(membership).value_or(""));
  // Each line is "<hierarchy>:<controllers>:<group>"; version 2 has an empty list of controllers.
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty()) ApplyUpwards(limits, mount, group, ApplyVersion2);
    if (HasController(controllers, "cpu"))
      ApplyUpwards(limits, mount + "/cpu", group, ApplyVersion1Cpu);
    if (HasController(controllers, "memory"))
      ApplyUpwards(limits, mount + "/memory", group, ApplyVersion1Memory);
  }
  return limits;
}

}  // namespace ferry
