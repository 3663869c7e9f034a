// What the system says of a process.
#ifndef FERRY_COMM_PROCESS_H_
#define FERRY_COMM_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace ferry::comm {

// When the process started, in clock ticks since boot; with the pid it names a process for good.
// Nothing when it has ended.
[[nodiscard]] std::optional<std::uint64_t> ProcessStartTime(pid_t pid);

// Whether the process is stopped by a signal or a debugger.
[[nodiscard]] bool IsStopped(pid_t pid);

}  // namespace ferry::comm

#endif  // FERRY_COMM_PROCESS_H_
