#include "memory/budget.h"

#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "base/cgroup.h"
#include "base/env.h"
#include "base/error.h"
#include "base/text.h"
#include "memory/place.h"

namespace ferry::memory {
namespace {

std::uint64_t MachineMemory() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// MemAvailable of /proc/meminfo: free memory and what the kernel would drop for us. All of the
// machine where it is not told: the control group and the process's own limit still hold.
std::uint64_t MachineAvailable() {
  std::istringstream lines(ReadSmallFile("/proc/meminfo").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string name;
    std::uint64_t kib = 0;
    if (fields >> name >> kib && name == "MemAvailable:") return kib * 1024;
  }
  return MachineMemory();
}

}  // namespace

std::uint64_t DefaultPhysicalLimit() {
  return std::min(MachineMemory(), ReadCgroupLimits().memory_bytes);
}

std::uint64_t DefaultDeviceLimit() {
  const auto given = env::DeviceMemoryBytes();
  return given ? *given : DefaultPhysicalLimit();
}

std::uint64_t AvailableMemory() {
  return std::min(MachineAvailable(), ReadCgroupLimits().memory_free);
}

void DeviceBudgets::Take(std::int32_t device, std::uint64_t bytes) {
  if (device == kHost) return;
  std::uint64_t& used = used_[device];
  const std::uint64_t free = limit_ - used;
  Require(bytes <= free, Code::kRtMemoryAllocation,
          "out of memory on device {}: {} bytes requested ({}), {} bytes free ({}), limit {} bytes "
          "({}; set FERRY_DEVICE_MEMORY to change it)",
          device, bytes, FormatBytes(bytes), free, FormatBytes(free), limit_, FormatBytes(limit_));
  used += bytes;
}

void DeviceBudgets::Give(std::int32_t device, std::uint64_t bytes) {
  if (device != kHost) used_.at(device) -= bytes;
}

DeviceUsage DeviceBudgets::UsageOf(std::int32_t device) const {
  const auto found = used_.find(device);
  return {.used = found == used_.end() ? 0 : found->second, .limit = limit_};
}

}  // namespace ferry::memory
