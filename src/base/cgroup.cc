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

// The value of `name` in a file of lines "<name> <value>", or 0.
std::uint64_t FieldOf(const std::string& path, std::string_view name) {
  std::istringstream lines(ReadSmallFile(path).value_or(""));
  std::string field;
  std::uint64_t value = 0;
  while (lines >> field >> value)
    if (field == name) return value;
  return 0;
}

// Version 1 and 2 differ in the names only. Version 1 spells "no limit" as a number that no machine
// has.
void LimitMemory(CgroupLimits& limits, const std::string& folder, const char* limit_file,
                 const char* usage_file, const char* inactive_field) {
  const auto limit = ReadNumber(folder + limit_file);
  if (!limit || *limit < 0) return;
  const auto bytes = static_cast<std::uint64_t>(*limit);
  limits.memory_bytes = std::min(limits.memory_bytes, bytes);
  const auto used = static_cast<std::uint64_t>(
      std::max<std::int64_t>(ReadNumber(folder + usage_file).value_or(0), 0));
  const std::uint64_t dropped = std::min(used, FieldOf(folder + "/memory.stat", inactive_field));
  const std::uint64_t held = std::min(bytes, used - dropped);
  limits.memory_free = std::min(limits.memory_free, bytes - held);
}

// cpu.max holds "<quota> <period>" or "max <period>", memory.max a number or "max".
void ApplyVersion2(CgroupLimits& limits, const std::string& folder) {
  if (const auto cpu = ReadSmallFile(folder + "/cpu.max")) {
    std::istringstream fields(*cpu);
    std::int64_t quota = 0;
    std::int64_t period = 0;
    if (fields >> quota >> period) LimitCores(limits, quota, period);
  }
  LimitMemory(limits, folder, "/memory.max", "/memory.current", "inactive_file");
}

void ApplyVersion1Cpu(CgroupLimits& limits, const std::string& folder) {
  LimitCores(limits, ReadNumber(folder + "/cpu.cfs_quota_us").value_or(0),
             ReadNumber(folder + "/cpu.cfs_period_us").value_or(0));
}

void ApplyVersion1Memory(CgroupLimits& limits, const std::string& folder) {
  LimitMemory(limits, folder, "/memory.limit_in_bytes", "/memory.usage_in_bytes",
              "total_inactive_file");
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
