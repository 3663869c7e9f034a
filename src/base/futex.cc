#include "base/futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace ferry {

// The kernel looks at the word itself, so the atomic must be that word and nothing more.
static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t) &&
              std::atomic<std::uint32_t>::is_always_lock_free);

bool FutexWait(std::atomic<std::uint32_t>* word, std::uint32_t expected,
               std::chrono::nanoseconds timeout) noexcept {
  if (timeout <= std::chrono::nanoseconds(0)) return false;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  timespec relative{};
  relative.tv_sec = static_cast<std::time_t>(seconds.count());
  relative.tv_nsec = static_cast<long>((timeout - seconds).count());
  const bool for_ever = timeout == std::chrono::nanoseconds::max();
  const int saved = errno;
  // FUTEX_WAIT without FUTEX_PRIVATE_FLAG: the word may lie in memory of several processes.
  const long rc =
      ::syscall(SYS_futex, word, FUTEX_WAIT, expected, for_ever ? nullptr : &relative, nullptr, 0);
  const bool timed_out = rc != 0 && errno == ETIMEDOUT;
  errno = saved;
  return !timed_out;
}

void FutexWake(std::atomic<std::uint32_t>* word, int count) noexcept {
  const int saved = errno;
  ::syscall(SYS_futex, word, FUTEX_WAKE, count, nullptr, nullptr, 0);
  errno = saved;
}

}  // namespace ferry
