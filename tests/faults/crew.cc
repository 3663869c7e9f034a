#include "faults/crew.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <regex>
#include <sstream>

#include "faults/rank_life.h"
#include "faults/shared_state.h"

namespace ferry::faults {
namespace {

constexpr int kPause = 100'000;                        // us that a paused process is stopped
constexpr std::int64_t kLongestCase = 40'000'000'000;  // ns

// What every rank finds in its environment.
void SetUpEnvironment(const FaultCase& fault_case) {
  ::setenv("FERRY_JITTER", "1", 1);
  ::setenv("FERRY_LOG", "off", 1);
  ::setenv("HCCL_IF_IP", "127.0.0.1", 1);
  // A root that has ended does not leave its port to the root of another case.
  ::setenv("HCCL_HOST_SOCKET_PORT_RANGE", "auto", 1);
  ::setenv("HCCL_EXEC_TIMEOUT", fault_case.fault == Fault::kStop ? "1" : "30", 1);
}

// The sentence with `g0` for the group's name, PORT for the port.
std::string Normalised(const std::string& sentence) {
  static const std::regex group("group \"[^\"]*\"");
  static const std::regex port("127\\.0\\.0\\.1:[0-9]+");
  const std::string one = std::regex_replace(sentence, group, "group \"g0\"");
  return std::regex_replace(one, port, "127.0.0.1:PORT");
}

// The kernel's lists of sockets, of which each line of an open one has its inode.
bool IsOpen(std::uint64_t inode) {
  for (const char* list : {"/proc/net/unix", "/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(list);
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      for (std::string word; words >> word;)
        if (word == std::to_string(inode)) return true;
    }
  }
  return false;
}

class Crew {
 public:
  explicit Crew(const FaultCase& fault_case)
      : case_(fault_case), victim_(VictimOf(fault_case.fault)) {
    void* const memory = ::mmap(nullptr, sizeof(SharedState), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared_ = new (memory) SharedState{};
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() { ::munmap(shared_, sizeof(SharedState)); }

  Outcome Run() {
    // Whoever a rank leaves behind becomes a child of this process.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int rank = 0; rank < kRanks; ++rank) Start(rank);
    const std::int64_t end = Now() + kLongestCase;
    while (left_ > 0 && Now() < end) {
      Reap();
      Continue();
      ::usleep(500);
    }
    Outcome outcome;
    outcome.hung = left_ > 0;
    KillTheRest();
    for (int rank = 0; rank < kRanks; ++rank) outcome.ranks.push_back(EndOf(rank));
    outcome.left_behind = LeftBehind();
    return outcome;
  }

 private:
  void Start(int rank) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      SetUpEnvironment(case_);
      ::_exit(LiveRank(case_, rank, *shared_));
    }
    pids_[static_cast<std::size_t>(rank)] = pid;
    ++left_;
  }

  // Of these processes only.
  void Reap() {
    for (int rank = 0; rank < kRanks; ++rank) {
      const auto at = static_cast<std::size_t>(rank);
      if (pids_[at] == 0) continue;
      int status = 0;
      if (::waitpid(pids_[at], &status, WNOHANG | WUNTRACED) != pids_[at]) continue;
      if (WIFSTOPPED(status)) {
        stopped_at_ = Now();
        shared_->struck = 1;
        continue;
      }
      statuses_[at] = status;
      pids_[at] = 0;
      --left_;
      if (rank != victim_) continue;
      shared_->struck = 1;
      shared_->victim_ended = 1;
    }
  }

  // A stopped victim, when it is time.
  void Continue() {
    if (stopped_at_ == 0) return;
    const bool is_time = IsPause(case_.fault) ? Now() - stopped_at_ > kPause * 1000
                                              : shared_->recovered == kRanks - 1;
    if (!is_time) return;
    stopped_at_ = 0;
    ::kill(pids_[static_cast<std::size_t>(victim_)], SIGCONT);
  }

  void KillTheRest() {
    for (const pid_t pid : pids_) {
      if (pid == 0) continue;
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }

  [[nodiscard]] RankEnd EndOf(int rank) const {
    const Report& report = shared_->reports[rank];
    RankEnd end;
    end.status = statuses_[static_cast<std::size_t>(rank)];
    end.heard = Normalised(report.heard);
    end.wrong = report.wrong;
    end.took_us = (report.heard_at - std::max(report.called_at, shared_->struck_at.load())) / 1000;
    return end;
  }

  [[nodiscard]] std::string LeftBehind() const {
    std::string left;
    if (::waitpid(-1, nullptr, WNOHANG) == 0) left += "a process; ";
    const int sockets = std::min<int>(shared_->num_inodes, kMaxInodes);
    for (int i = 0; i < sockets; ++i)
      if (IsOpen(shared_->inodes[i])) left += fmt::format("socket {}; ", shared_->inodes[i].load());
    for (const auto& entry : std::filesystem::directory_iterator("/dev/shm"))
      if (entry.path().string().find("ferry") != std::string::npos)
        left += entry.path().string() + "; ";
    return left;
  }

  const FaultCase& case_;
  const int victim_;
  SharedState* shared_ = nullptr;
  std::array<pid_t, kRanks> pids_{};
  std::array<int, kRanks> statuses_{};
  int left_ = 0;
  std::int64_t stopped_at_ = 0;
};

}  // namespace

Outcome RunCase(const FaultCase& fault_case) {
  return Crew(fault_case).Run();
}

}  // namespace ferry::faults
