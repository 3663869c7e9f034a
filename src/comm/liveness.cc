#include "comm/liveness.h"

#include <fmt/core.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "comm/presence.h"
#include "comm/process.h"
#include "comm/quiet_thread.h"

namespace ferry::comm {
namespace {

struct WatchedRank {
  std::weak_ptr<Board> board;
  std::int32_t rank;
};

// How often peers are looked at that have no pidfd.
constexpr std::chrono::milliseconds kLook{500};

struct Peer {
  UniqueFd pidfd;  // none when the system refused it
  std::uint64_t start_time = 0;
  std::vector<WatchedRank> homes;
};

class Monitor {
 public:
  // The monitor of this process; a forked child gets one of its own. Never destroyed, and its
  // thread is detached: nothing runs or hangs at process exit.
  static Monitor& OfThisProcess();
  // The same, null when there is none.
  static Monitor* Existing();

  // False when the process `pid` has ended. Throws std::system_error when there is no thread to be
  // had.
  bool Watch(pid_t pid, std::uint64_t start_time, WatchedRank home);

  // Lets the thread look at its peers again.
  void Wake() noexcept;

 private:
  Monitor();

  // Makes epoll_ tell of `fd` under the name `pid`. Returns 0 or an errno.
  [[nodiscard]] int Listen(int fd, pid_t pid) const noexcept;
  void Loop();
  // Forgets the peers of which no board is left.
  void DropUnneeded();
  // Forgets a peer; wants mutex_. Returns what comes behind it.
  std::map<pid_t, Peer>::iterator Forget(std::map<pid_t, Peer>::iterator peer);
  void Bury(pid_t pid);
  // Whether a peer has no pidfd.
  [[nodiscard]] bool MustLook();
  // Buries those that have ended without a pidfd's telling.
  void LookAtOthers();

  // No lock: a child may be forked while another thread holds it. release publishes the monitor's
  // own fields, acquire reads them.
  static std::atomic<Monitor*> current;

  static constexpr pid_t kWake = 0;  // no peer has this number

  const pid_t pid_ = getpid();
  // Not poll(2): that refuses more descriptors than the process may open, a limit that a program
  // may lower at any time. None when the system refused it.
  const UniqueFd epoll_;
  const UniqueFd wake_;  // raised when peers_ is to be looked at
  std::mutex mutex_;
  bool running_ = false;         // the thread; guarded by mutex_
  std::map<pid_t, Peer> peers_;  // guarded by mutex_
};

std::atomic<Monitor*> Monitor::current{nullptr};

Monitor* Monitor::Existing() {
  Monitor* const monitor = current.load(std::memory_order_acquire);
  return monitor != nullptr && monitor->pid_ == getpid() ? monitor : nullptr;
}

Monitor& Monitor::OfThisProcess() {
  for (;;) {
    Monitor* seen = current.load(std::memory_order_acquire);
    if (seen != nullptr && seen->pid_ == getpid()) return *seen;
    std::unique_ptr<Monitor> fresh(new Monitor);
    if (!current.compare_exchange_strong(seen, fresh.get(), std::memory_order_acq_rel)) continue;
    return *fresh.release();
  }
}

void Monitor::Wake() noexcept {
  const std::uint64_t one = 1;
  if (!wake_) return;  // the loop looks twice a second
  if (write(wake_.get(), &one, sizeof one) < 0)
    log::Error(fmt::format("cannot wake the liveness monitor: {}", std::strerror(errno)));
}

Monitor::Monitor() : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC)) {
  if (const int error = Listen(wake_.get(), kWake))
    log::Info(fmt::format("peer processes are looked at twice a second: {}", std::strerror(error)));
}

int Monitor::Listen(int fd, pid_t pid) const noexcept {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = static_cast<std::uint64_t>(pid)}};
  return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

bool Monitor::Watch(pid_t pid, std::uint64_t start_time, WatchedRank home) {
  const std::lock_guard lock(mutex_);
  if (!running_) StartQuietThread([this] { Loop(); });
  running_ = true;
  auto found = peers_.find(pid);
  if (found == peers_.end()) {
    UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    int error = pidfd ? 0 : errno;
    if (error == ESRCH) return false;
    if (error == 0) error = Listen(pidfd.get(), pid);
    if (error != 0) {
      log::Info(
          fmt::format("process {} is looked at twice a second: {}", pid, std::strerror(error)));
      pidfd.Reset();
      Wake();
    }
    found = peers_.emplace(pid, Peer{std::move(pidfd), start_time, {}}).first;
  }
  found->second.homes.push_back(std::move(home));
  return true;
}

void Monitor::DropUnneeded() {
  const std::lock_guard lock(mutex_);
  for (auto peer = peers_.begin(); peer != peers_.end();) {
    std::vector<WatchedRank>& homes = peer->second.homes;
    homes.erase(std::remove_if(homes.begin(), homes.end(),
                               [](const WatchedRank& home) { return home.board.expired(); }),
                homes.end());
    peer = homes.empty() ? Forget(peer) : std::next(peer);
  }
}

// Closing the pidfd would not be enough: a child made by fork keeps it, and epoll_ would go on
// telling of it.
std::map<pid_t, Peer>::iterator Monitor::Forget(std::map<pid_t, Peer>::iterator peer) {
  const UniqueFd& pidfd = peer->second.pidfd;
  if (pidfd) (void)epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, pidfd.get(), nullptr);
  return peers_.erase(peer);
}

void Monitor::Bury(pid_t pid) {
  std::vector<WatchedRank> homes;
  {
    const std::lock_guard lock(mutex_);
    const auto found = peers_.find(pid);
    if (found == peers_.end()) return;  // dropped since
    homes = std::move(found->second.homes);
    Forget(found);
  }
  for (const WatchedRank& home : homes)
    if (const std::shared_ptr<Board> board = home.board.lock()) MarkTerminated(*board, home.rank);
}

bool Monitor::MustLook() {
  if (!wake_) return true;
  const std::lock_guard lock(mutex_);
  return std::any_of(peers_.begin(), peers_.end(),
                     [](const auto& peer) { return !peer.second.pidfd; });
}

void Monitor::LookAtOthers() {
  std::vector<std::pair<pid_t, std::uint64_t>> others;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [pid, peer] : peers_)
      if (!peer.pidfd) others.emplace_back(pid, peer.start_time);
  }
  for (const auto& [pid, start_time] : others)
    if (HasEnded(pid, start_time)) Bury(pid);
}

void Monitor::Loop() {
  std::array<epoll_event, 64> events{};
  Deadline next_look = Deadline::After(kLook);
  for (;;) {
    const int timeout = MustLook() ? static_cast<int>(kLook.count()) : -1;
    const int count =
        epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout);
    if (count < 0 && errno != EINTR) {  // no epoll
      std::this_thread::sleep_for(kLook);
      DropUnneeded();
    }
    if (next_look.Passed()) {
      LookAtOthers();
      next_look = Deadline::After(kLook);
    }
    for (int i = 0; i < count; ++i) {
      const auto pid = static_cast<pid_t>(events[static_cast<std::size_t>(i)].data.u64);
      if (pid != kWake) {
        Bury(pid);
        continue;
      }
      std::uint64_t raised = 0;
      if (read(wake_.get(), &raised, sizeof raised) == sizeof raised) DropUnneeded();
    }
  }
}

// Looks after `rank`; false while it has not attached.
bool WatchRank(const std::shared_ptr<Board>& board, std::int32_t rank) {
  const RankState& state = board->rank(rank);
  // acquire: with the pid comes the start time.
  const pid_t pid = state.pid.load(std::memory_order_acquire);
  if (pid == 0) return false;
  if (pid == getpid()) return true;
  const std::uint64_t start_time = state.start_time.load(std::memory_order_relaxed);
  const bool alive = Monitor::OfThisProcess().Watch(pid, start_time, {board, rank});
  // A process that has ended, or whose number another one has taken since.
  if (!alive || IsAnother(ProcessStartTime(pid), start_time)) MarkTerminated(*board, rank);
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
    log::ErrorOnce(
        fmt::format("cannot watch the peers of group \"{}\": {}", board->name(), error.what()));
  }
}

void DropDeadWatches() noexcept {
  if (Monitor* const monitor = Monitor::Existing()) monitor->Wake();
}

}  // namespace ferry::comm
