// The watch over peer processes: what it costs, and that it survives forks and a failing poll(2).
#include <gtest/gtest.h>

#include <dirent.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <string>
#include <thread>

#include "comm/board.h"
#include "comm/liveness.h"
#include "comm/presence.h"
#include "processes/cases.h"
#include "processes/exchange.h"
#include "processes/launch.h"

namespace ferry::testing {
namespace {

using std::chrono::milliseconds;

// A child that attaches `rank` and lives until it is told to end.
class Peer {
 public:
  Peer(comm::Board& board, std::int32_t rank) : pid_(fork()) {
    if (pid_ == 0) {
      comm::Attach(board, rank);
      for (;;) pause();
    }
    while (board.rank(rank).pid.load() == 0) std::this_thread::yield();
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { End(); }

  void End() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_;
};

int CountPidfds() {
  int count = 0;
  DIR* const folder = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(folder)) {
    char target[64] = {};
    const std::string path = std::string("/proc/self/fd/") + entry->d_name;
    if (readlink(path.c_str(), target, sizeof target - 1) > 0 &&
        std::string(target).find("pidfd") != std::string::npos)
      ++count;
  }
  closedir(folder);
  return count;
}

template <class Condition>
bool Eventually(Condition condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return false;
}

TEST(Liveness, TheDescriptorsOfDestroyedGroupsAreClosed) {
  const int before = CountPidfds();
  for (int i = 0; i < 3; ++i) {
    auto board = comm::Board::Create("g", 2);
    comm::Attach(*board, 0);
    const Peer peer(*board, 1);
    comm::WatchPeers(board);
    EXPECT_EQ(CountPidfds(), before + 1);
    board.reset();
    EXPECT_TRUE(Eventually([&] { return CountPidfds() == before; })) << CountPidfds();
  }
}

TEST(Liveness, APeerOfTwoGroupsIsWatchedUntilTheLastOfThemGoes) {
  auto first = comm::Board::Create("first", 2);
  auto second = comm::Board::Create("second", 2);
  comm::Attach(*first, 0);
  comm::Attach(*second, 0);
  Peer peer(*first, 1);
  second->rank(1).start_time.store(first->rank(1).start_time.load());
  second->rank(1).pid.store(first->rank(1).pid.load());
  comm::WatchPeers(first);
  comm::WatchPeers(second);
  first.reset();
  peer.End();
  EXPECT_TRUE(Eventually([&] { return comm::IsGone(*second, 1, 1); }));
}

// poll(2) would refuse to look at more descriptors than the process may open.
TEST(Liveness, DeathIsNoticedUnderALimitOfNoDescriptors) {
  const auto board = comm::Board::Create("g", 3);
  comm::Attach(*board, 0);
  Peer first(*board, 1);
  const Peer second(*board, 2);
  comm::WatchPeers(board);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit none = {0, limit.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  first.End();
  EXPECT_TRUE(Eventually([&] { return comm::IsGone(*board, 1, 1); }));
  const std::clock_t begin = std::clock();
  std::this_thread::sleep_for(milliseconds(300));
  const double burnt = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_LT(burnt, 0.1);
  EXPECT_FALSE(comm::IsGone(*board, 2, 1));
}

// The worker keeps the descriptors with which its parent watches.
TEST(Liveness, AForkedWorkerDoesNotKeepTheMonitorBusyWhenAPeerEnds) {
  const auto board = comm::Board::Create("g", 2);
  comm::Attach(*board, 0);
  Peer peer(*board, 1);
  comm::WatchPeers(board);
  const pid_t worker = fork();
  if (worker == 0)
    for (;;) pause();
  peer.End();
  EXPECT_TRUE(Eventually([&] { return comm::IsGone(*board, 1, 1); }));
  const std::clock_t begin = std::clock();
  std::this_thread::sleep_for(milliseconds(300));
  const double burnt = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  EXPECT_LT(burnt, 0.1);
  kill(worker, SIGKILL);
  waitpid(worker, nullptr, 0);
}

// As in a sandbox that does not know pidfd_open.
TEST(Liveness, DeathIsNoticedOfAPeerForWhichThereWasNoDescriptor) {
  const auto board = comm::Board::Create("g", 3);
  comm::Attach(*board, 0);
  Peer first(*board, 1);
  const Peer second(*board, 2);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit none = {0, limit.rlim_max};
  const int before = CountPidfds();
  setrlimit(RLIMIT_NOFILE, &none);
  comm::WatchPeers(board);
  setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(CountPidfds(), before);
  first.End();
  EXPECT_TRUE(Eventually([&] { return comm::IsGone(*board, 1, 1); }));
  EXPECT_FALSE(comm::IsGone(*board, 2, 1));
}

#if !defined(__SANITIZE_ADDRESS__)  // which needs memory of its own where there is none
// The next look tries again.
TEST(Liveness, DeathIsNoticedAlthoughTheFirstLookHadNoThread) {
  const pid_t tester = fork();
  if (tester == 0) {
    alarm(20);
    const auto board = comm::Board::Create("g", 2);
    comm::Attach(*board, 0);
    Peer peer(*board, 1);
    rlimit limit{};
    getrlimit(RLIMIT_AS, &limit);
    const rlimit none = {1, limit.rlim_max};  // no room for a stack
    setrlimit(RLIMIT_AS, &none);
    comm::WatchPeers(board);
    setrlimit(RLIMIT_AS, &limit);
    comm::WatchPeers(board);
    peer.End();
    _exit(Eventually([&] { return comm::IsGone(*board, 1, 1); }) ? 0 : 1);
  }
  int status = -1;
  waitpid(tester, &status, 0);
  EXPECT_EQ(status, 0);
}
#endif

TEST(Liveness, AChildForkedWhileOthersWatchHasAMonitorOfItsOwn) {
  const auto board = comm::Board::Create("parent", 2);
  comm::Attach(*board, 0);
  const Peer peer(*board, 1);
  std::atomic<bool> stop{false};
  std::thread watcher([&] {
    while (!stop.load()) {
      const auto other = comm::Board::Create("other", 2);
      other->rank(1).start_time.store(board->rank(1).start_time.load());
      other->rank(1).pid.store(board->rank(1).pid.load());
      comm::WatchPeers(other);
    }
  });
  int good = 0;
  for (int i = 0; i < 50; ++i) {
    const auto fresh = comm::Board::Create("child", 2);
    fresh->rank(0).start_time.store(board->rank(1).start_time.load());
    fresh->rank(0).pid.store(board->rank(1).pid.load());
    const pid_t child = fork();
    if (child == 0) {
      alarm(10);
      comm::Attach(*fresh, 1);
      const int inherited = CountPidfds();
      comm::WatchPeers(fresh);
      _exit(CountPidfds() == inherited + 1 ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) ++good;
  }
  stop = true;
  watcher.join();
  EXPECT_EQ(good, 50);
}

}  // namespace
}  // namespace ferry::testing
