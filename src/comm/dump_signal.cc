#include "comm/dump_signal.h"

#include <fmt/core.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <exception>

#include "base/env.h"
#include "base/log.h"
#include "comm/quiet_thread.h"
#include "comm/state_report.h"

namespace ferry::comm {
namespace {

// The process that has set the signal up, and what wakes its thread. A forked child inherits the
// handler and the descriptor, but no thread. `wake_fd` is stored first (release); the handler reads
// `owner` first (acquire).
std::atomic<pid_t> owner{0};
std::atomic<int> wake_fd{-1};

// Async-signal-safe: atomics, getpid and write.
void OnSignal(int /*signal*/) {
  const int saved = errno;
  if (owner.load(std::memory_order_acquire) == getpid()) {
    const std::uint64_t one = 1;
    // Nobody can be told if it fails; it only would with 2^64 - 1 reports outstanding.
    if (write(wake_fd.load(std::memory_order_relaxed), &one, sizeof one) < 0) errno = saved;
  }
  errno = saved;
}

void PrintWhenWoken(int fd) {
  for (;;) {
    std::uint64_t raised = 0;
    if (read(fd, &raised, sizeof raised) < 0) {
      if (errno == EINTR) continue;
      log::Error(fmt::format("SIGUSR1 prints no state any more: {}", std::strerror(errno)));
      return;
    }
    log::Print(DescribeState());
  }
}

// Whether somebody else wants the signal.
bool IsTaken() {
  struct sigaction now {};
  sigaction(SIGUSR1, nullptr, &now);
  if ((now.sa_flags & SA_SIGINFO) != 0) return true;
  return now.sa_handler != SIG_DFL && now.sa_handler != &OnSignal;
}

void Install() {
  if (IsTaken()) {
    log::Error(
        "FERRY_DUMP_SIGNAL is 1, but the program has a handler for SIGUSR1 or ignores it; it "
        "stays, "
        "and ferry_dump_state prints the state");
    return;
  }
  const int fd = eventfd(0, EFD_CLOEXEC);
  if (fd < 0) {
    log::Error(fmt::format("SIGUSR1 cannot print the state: {}", std::strerror(errno)));
    return;
  }
  StartQuietThread([fd] { PrintWhenWoken(fd); });
  wake_fd.store(fd, std::memory_order_relaxed);
  owner.store(getpid(), std::memory_order_release);
  struct sigaction action {};
  action.sa_handler = &OnSignal;
  action.sa_flags = SA_RESTART;  // the program's system calls go on
  sigaction(SIGUSR1, &action, nullptr);
}

}  // namespace

void InstallDumpSignal() noexcept {
  // The process that has tried; a forked child tries anew. relaxed: it means only itself.
  static std::atomic<pid_t> tried{0};
  try {
    if (!env::DumpSignal() || tried.exchange(getpid(), std::memory_order_relaxed) == getpid())
      return;
    Install();
  } catch (const std::exception& error) {
    log::Error(fmt::format("SIGUSR1 cannot print the state: {}", error.what()));
  }
}

}  // namespace ferry::comm
