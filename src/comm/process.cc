#include "comm/process.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/fd.h"

namespace ferry::comm {
namespace {

// The fields of /proc/PID/stat from the third (state) on; the second, the program's name, may hold
// blanks and parentheses and ends at the last ')'.
std::optional<std::string> StatFields(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  return line.substr(name_end + 1);
}

// 'R', 'S', 'Z' and so on of proc(5); nothing when it cannot be read.
std::optional<char> StateOf(pid_t pid) {
  const std::optional<std::string> fields = StatFields(pid);
  if (!fields) return std::nullopt;
  std::istringstream in(*fields);
  char state = '?';
  in >> state;
  return state;
}

// Without a descriptor of the process.
bool IsDead(pid_t pid) {
  if (::kill(pid, 0) != 0 && errno == ESRCH) return true;
  const std::optional<char> state = StateOf(pid);
  return state == 'Z' || state == 'X';
}

}  // namespace

std::optional<std::uint64_t> ProcessStartTime(pid_t pid) {
  constexpr int kFieldsBefore = 19;  // fields 3..21; starttime is field 22 of proc(5)
  const std::optional<std::string> fields = StatFields(pid);
  if (!fields) return std::nullopt;
  std::istringstream in(*fields);
  std::string skipped;
  for (int i = 0; i < kFieldsBefore; ++i) in >> skipped;
  std::uint64_t start = 0;
  if (!(in >> start)) return std::nullopt;
  return start;
}

bool HasEnded(pid_t pid, std::uint64_t start_time, std::chrono::milliseconds patience) {
  if (IsAnother(ProcessStartTime(pid), start_time)) return true;
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) {
    // None left, or a sandbox does not know the call.
    const Deadline deadline = Deadline::After(patience);
    while (!IsDead(pid) && !deadline.Passed())
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return IsDead(pid);
  }
  pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
  const Deadline deadline = Deadline::After(patience);
  int ready = 0;
  do {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline.Left());
    ready = ::poll(&ended, 1, static_cast<int>(left.count()));
  } while (ready < 0 && errno == EINTR && !deadline.Passed());
  return ready == 1;
}

bool IsStopped(pid_t pid) {
  const std::optional<char> state = StateOf(pid);
  return state == 'T' || state == 't';
}

}  // namespace ferry::comm
