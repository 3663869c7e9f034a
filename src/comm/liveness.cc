#include "comm/liveness.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "comm/presence.h"
#include "comm/process.h"

namespace ferry::comm {
namespace {

struct Home {
  std::weak_ptr<Board> board;
  std::int32_t rank;
};

struct Peer {
  int pidfd;
  std::vector<Home> homes;
};

class Monitor {
 public:
  // The monitor of this process; a forked child gets one of its own. Never destroyed, and its
  // thread is detached: nothing runs or hangs at process exit.
  static Monitor& OfThisProcess() {
    static std::mutex mutex;
    static Monitor* monitor = nullptr;  // guarded by mutex
    const std::lock_guard lock(mutex);
    if (monitor == nullptr || monitor->pid_ != getpid()) monitor = new Monitor;
    return *monitor;
  }

  // False when the process `pid` has ended.
  bool Watch(pid_t pid, Home home);

 private:
  Monitor() : wake_(eventfd(0, EFD_CLOEXEC)) { std::thread(&Monitor::Loop, this).detach(); }

  void Loop();
  // What poll(2) is to look at: wake_ first, then every peer; `pids` are the latter's processes.
  std::vector<pollfd> Snapshot(std::vector<pid_t>* pids);
  void Bury(pid_t pid);

  const pid_t pid_ = getpid();
  const int wake_;  // raised when peers_ has grown
  std::mutex mutex_;
  std::map<pid_t, Peer> peers_;  // guarded by mutex_
};

bool Monitor::Watch(pid_t pid, Home home) {
  const std::lock_guard lock(mutex_);
  auto found = peers_.find(pid);
  if (found == peers_.end()) {
    const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (pidfd < 0 && errno == ESRCH) return false;
    if (pidfd < 0) {
      log::Error(fmt::format("cannot watch process {}, so its death would go unnoticed: {}", pid,
                             std::strerror(errno)));
      return true;
    }
    found = peers_.emplace(pid, Peer{pidfd, {}}).first;
    const std::uint64_t one = 1;
    if (write(wake_, &one, sizeof one) < 0)
      log::Error(fmt::format("cannot wake the liveness monitor: {}", std::strerror(errno)));
  }
  found->second.homes.push_back(std::move(home));
  return true;
}

std::vector<pollfd> Monitor::Snapshot(std::vector<pid_t>* pids) {
  const std::lock_guard lock(mutex_);
  std::vector<pollfd> fds = {{wake_, POLLIN, 0}};
  pids->clear();
  for (const auto& [pid, peer] : peers_) {
    fds.push_back({peer.pidfd, POLLIN, 0});
    pids->push_back(pid);
  }
  return fds;
}

void Monitor::Bury(pid_t pid) {
  std::vector<Home> homes;
  {
    const std::lock_guard lock(mutex_);
    const auto found = peers_.find(pid);
    close(found->second.pidfd);
    homes = std::move(found->second.homes);
    peers_.erase(found);
  }
  for (const Home& home : homes)
    if (const std::shared_ptr<Board> board = home.board.lock()) MarkTerminated(*board, home.rank);
}

void Monitor::Loop() {
  std::vector<pid_t> pids;
  for (;;) {
    std::vector<pollfd> fds = Snapshot(&pids);
    if (poll(fds.data(), fds.size(), -1) < 0) continue;  // a signal
    if (fds[0].revents != 0) {
      std::uint64_t raised = 0;
      if (read(wake_, &raised, sizeof raised) < 0) continue;
    }
    for (std::size_t i = 0; i < pids.size(); ++i)
      if (fds[i + 1].revents != 0) Bury(pids[i]);
  }
}

// Looks after `rank`; false while it has not attached.
bool WatchRank(const std::shared_ptr<Board>& board, std::int32_t rank) {
  const RankState& state = board->rank(rank);
  // acquire: with the pid comes the start time.
  const pid_t pid = state.pid.load(std::memory_order_acquire);
  if (pid == 0) return false;
  if (pid == getpid()) return true;
  const bool alive = Monitor::OfThisProcess().Watch(pid, {board, rank});
  // A process that has ended, or whose number another one has taken since.
  const std::uint64_t start_time = state.start_time.load(std::memory_order_relaxed);
  if (!alive || ProcessStartTime(pid) != start_time) MarkTerminated(*board, rank);
  return true;
}

}  // namespace

void WatchPeers(const std::shared_ptr<Board>& board) noexcept {
  Board::Watch& watch = board->watch();
  if (watch.complete.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(watch.mutex);
  try {
    watch.known.resize(static_cast<std::size_t>(board->size()));
    bool complete = true;
    for (std::int32_t r = 0; r < board->size(); ++r) {
      const auto at = static_cast<std::size_t>(r);
      if (!watch.known[at]) watch.known[at] = WatchRank(board, r);
      complete = complete && watch.known[at];
    }
    watch.complete.store(complete, std::memory_order_relaxed);
  } catch (const std::exception& error) {
    log::Error(
        fmt::format("cannot watch the peers of group \"{}\": {}", board->name(), error.what()));
  }
}

}  // namespace ferry::comm
