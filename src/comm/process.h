// What the system says of a process.
#ifndef FERRY_COMM_PROCESS_H_
#define FERRY_COMM_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>

namespace ferry::comm {

// When the process started, in clock ticks since boot; with the pid it names a process for good.
// Nothing when it has ended, or when /proc cannot be read.
[[nodiscard]] std::optional<std::uint64_t> ProcessStartTime(pid_t pid);

// Whether the process whose start time is `now` is known to be another one than that which started
// at `before` (0: not known). What cannot be read proves nothing.
[[nodiscard]] constexpr bool IsAnother(std::optional<std::uint64_t> now, std::uint64_t before) {
  return now && before != 0 && *now != before;
}

// Whether the process that had `pid` and started at `start_time` (0: not known) is known to have
// ended, or ends within `patience`; a zombie has.
[[nodiscard]] bool HasEnded(pid_t pid, std::uint64_t start_time,
                            std::chrono::milliseconds patience = {});

// Whether the process is stopped by a signal or a debugger.
[[nodiscard]] bool IsStopped(pid_t pid);

}  // namespace ferry::comm

#endif  // FERRY_COMM_PROCESS_H_
