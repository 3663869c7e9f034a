// How much memory there is: addresses for each device, pages for the process.
#ifndef FERRY_MEMORY_BUDGET_H_
#define FERRY_MEMORY_BUDGET_H_

#include <cstdint>
#include <unordered_map>

namespace ferry::memory {

// FERRY_DEVICE_MEMORY, or all that the process may have.
[[nodiscard]] std::uint64_t DefaultDeviceLimit();

// The machine's memory or the limit of the process's control group, whichever is less.
[[nodiscard]] std::uint64_t DefaultPhysicalLimit();

// What could be committed now without pushing anything out: of the machine and of the control
// group. Read anew on each call (some tens of microseconds).
[[nodiscard]] std::uint64_t AvailableMemory();

struct DeviceUsage {
  std::uint64_t used = 0;
  std::uint64_t limit = 0;
};

// Addresses that each device has handed out; those of the host are not counted. Not thread-safe.
class DeviceBudgets {
 public:
  explicit DeviceBudgets(std::uint64_t limit) : limit_(limit) {}

  // Throws Error{kRtMemoryAllocation} if `device` has fewer than `bytes` left.
  void Take(std::int32_t device, std::uint64_t bytes);
  void Give(std::int32_t device, std::uint64_t bytes);
  [[nodiscard]] DeviceUsage UsageOf(std::int32_t device) const;

 private:
  std::uint64_t limit_;
  std::unordered_map<std::int32_t, std::uint64_t> used_;
};

}  // namespace ferry::memory

#endif  // FERRY_MEMORY_BUDGET_H_
