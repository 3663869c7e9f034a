#include "processes/launch.h"

#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "base/clock.h"
#include "comm/board.h"
#include "comm/board_table.h"
#include "comm/home.h"
#include "comm/host_service.h"
#include "processes/shared_arena.h"

namespace ferry::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(30);
constexpr std::size_t kJournalBytes = std::size_t{1} << 16;

// Written by its rank, read by the launcher when the rank has ended.
struct Journal {
  std::atomic<std::int32_t> pid;
  std::atomic<bool> finished;
  std::size_t used;
  char text[kJournalBytes];
};

struct Shared {
  std::atomic<std::uint32_t> flags[kNumFlags];
};

// What ranks without a common board tell each other: what joining does over sockets.
struct Post {
  std::atomic<std::uint64_t> start_time;
  std::atomic<bool> ready;
  char service[comm::kMaxService + 1];
};

template <class T>
T* MapShared(std::size_t count) {
  void* memory = mmap(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("mmap of a test's shared memory failed");
  return static_cast<T*>(memory);
}

void Say(Journal& journal, const std::string& line) {
  if (journal.used + line.size() + 1 > kJournalBytes) throw std::runtime_error("journal is full");
  std::memcpy(journal.text + journal.used, line.data(), line.size());
  journal.used += line.size();
  journal.text[journal.used++] = '\n';
}

std::vector<std::string> LinesOf(const Journal& journal) {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t i = 0; i < journal.used; ++i) {
    if (journal.text[i] != '\n') {
      line += journal.text[i];
      continue;
    }
    lines.push_back(line);
    line.clear();
  }
  return lines;
}

class Launcher {
 public:
  Launcher(const LaunchOptions& options, const std::function<void(RankRun& run)>& body)
      : options_(options),
        body_(body),
        ranks_(static_cast<std::size_t>(options.num_ranks)),
        shared_(MapShared<Shared>(1)),
        pids_(MapShared<std::atomic<std::int32_t>>(ranks_)),
        journals_(MapShared<Journal>(ranks_)),
        posts_(MapShared<Post>(ranks_)),
        arena_(std::make_shared<SharedArena>()) {
    groups_ = options.groups;
    if (groups_.empty()) {
      groups_.emplace_back();
      for (std::int32_t r = 0; r < options.num_ranks; ++r) groups_[0].push_back(r);
    }
    if (options.distance == Distance::kSegments) return;  // the ranks make them
    for (std::size_t g = 0; g < groups_.size(); ++g)
      boards_.push_back(
          comm::Board::Create(fmt::format("g{}", g), static_cast<std::int32_t>(groups_[g].size())));
  }

  ~Launcher() {
    munmap(posts_, ranks_ * sizeof(Post));
    munmap(journals_, ranks_ * sizeof(Journal));
    munmap(pids_, ranks_ * sizeof(*pids_));
    munmap(shared_, sizeof(Shared));
  }

  std::vector<RankEnd> Run() {
    std::vector<RankEnd> ends(ranks_);
    if (options_.distance == Distance::kThreads)
      RunThreads();
    else
      RunProcesses(ends);
    for (std::size_t r = 0; r < ranks_; ++r) {
      ends[r].lines = LinesOf(journals_[r]);
      ends[r].finished = journals_[r].finished.load();
    }
    return ends;
  }

 private:
  void RunRank(std::int32_t rank) {
    Journal& journal = journals_[rank];
    try {
      pids_[rank].store(getpid());
      RankRun run;
      run.rank = rank;
      run.num_ranks = options_.num_ranks;
      run.flags = shared_->flags;
      run.pids = pids_;
      run.say = [&journal](const std::string& line) { Say(journal, line); };
      Join(run);
      body_(run);
      journal.finished.store(true);
    } catch (const std::exception& error) {
      Say(journal, fmt::format("exception: {}", error.what()));
    }
  }

  // Attaches the rank to its groups and waits until all have, so that no test depends on who is
  // faster.
  void Join(RankRun& run) {
    const bool segments = options_.distance == Distance::kSegments;
    const comm::MemberOptions options{options_.wait_limit, options_.watchdog,
                                      segments ? nullptr : arena_};
    if (segments) Introduce(run.rank);
    std::vector<std::shared_ptr<comm::Board>> boards = boards_;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const auto found = std::find(groups_[g].begin(), groups_[g].end(), run.rank);
      if (found == groups_[g].end()) continue;
      const auto group_rank = static_cast<std::int32_t>(found - groups_[g].begin());
      const auto board = segments ? FetchBoard(g, group_rank) : boards_[g];
      if (segments) boards.push_back(board);
      auto member = std::make_shared<comm::Member>(board, group_rank, run.rank, options);
      (run.ep == nullptr ? run.ep : run.tp) = std::move(member);
    }
    for (const auto& board : boards) comm::AwaitAttached(board, Deadline::After(kPatience));
  }

  // Tells all ranks how this one is reached, and waits until they have done the same.
  void Introduce(std::int32_t rank) {
    const comm::Home home = comm::HomeOfThisProcess(comm::HostServiceName());
    Post& post = posts_[rank];
    post.start_time.store(home.start_time);
    std::memcpy(post.service, home.service.data(), home.service.size());
    post.ready.store(true);
    for (std::size_t r = 0; r < ranks_; ++r)
      while (!posts_[r].ready.load()) std::this_thread::sleep_for(std::chrono::microseconds(100));
  }

  comm::Home HomeOf(std::int32_t rank) const {
    comm::Home home = comm::HomeOfThisProcess(posts_[rank].service);
    home.pid = pids_[rank].load();
    home.start_time = posts_[rank].start_time.load();
    return home;
  }

  // The board of group `g`, which its first rank makes.
  std::shared_ptr<comm::Board> FetchBoard(std::size_t g, std::int32_t group_rank) const {
    const std::string key = fmt::format("key{}", g);
    const Deadline deadline = Deadline::After(kPatience);
    if (group_rank == 0) {
      comm::Homes homes;
      for (const std::int32_t r : groups_[g]) homes.push_back(HomeOf(r));
      comm::MakeSharedBoard(fmt::format("g{}", g), homes, key, deadline);
    }
    return comm::FindSharedBoard(HomeOf(groups_[g][0]), key, deadline);
  }

  void RunThreads() {
    std::vector<std::thread> threads;
    std::atomic<std::size_t> ended{0};
    for (std::int32_t r = 0; r < options_.num_ranks; ++r)
      threads.emplace_back([this, r, &ended] {
        RunRank(r);
        ++ended;
      });
    const Clock::time_point deadline = Clock::now() + kPatience;
    while (ended.load() < threads.size()) {
      if (Clock::now() > deadline) {
        fmt::print(stderr, "a rank hangs\n");
        std::abort();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    for (std::thread& thread : threads) thread.join();
  }

  void RunProcesses(std::vector<RankEnd>& ends) {
    std::vector<pid_t> children;
    for (std::int32_t r = 0; r < options_.num_ranks; ++r) {
      const pid_t child = fork();
      if (child < 0) throw std::runtime_error("fork failed");
      if (child == 0) {
        RunRank(r);
        _exit(0);
      }
      children.push_back(child);
    }
    const Clock::time_point deadline = Clock::now() + kPatience;
    for (std::size_t r = 0; r < children.size(); ++r) ends[r].signal = Reap(children[r], deadline);
  }

  // The signal that ended the child; SIGALRM for a child that hung.
  static int Reap(pid_t child, Clock::time_point deadline) {
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
      if (Clock::now() > deadline) {
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        return SIGALRM;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

  const LaunchOptions& options_;
  const std::function<void(RankRun& run)>& body_;
  const std::size_t ranks_;
  Shared* const shared_;
  std::atomic<std::int32_t>* const pids_;
  Journal* const journals_;
  Post* const posts_;
  const std::shared_ptr<SharedArena> arena_;
  std::vector<std::vector<std::int32_t>> groups_;
  std::vector<std::shared_ptr<comm::Board>> boards_;
};

}  // namespace

void RankRun::AwaitFlag(std::size_t index, std::uint32_t value) const {
  const Clock::time_point deadline = Clock::now() + std::chrono::seconds(10);
  while (flags[index].load() < value) {
    if (Clock::now() > deadline) throw std::runtime_error("waited too long for a flag");
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

std::vector<RankEnd> Launch(const LaunchOptions& options,
                            const std::function<void(RankRun& run)>& body) {
  return Launcher(options, body).Run();
}

}  // namespace ferry::testing
