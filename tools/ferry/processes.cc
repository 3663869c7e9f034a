#include "processes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <utility>

#include "base/fd.h"
#include "meeting_place.h"

namespace ferry::tool {
namespace {

// Between SIGTERM and SIGKILL.
constexpr timespec kGrace = {.tv_sec = 5, .tv_nsec = 0};

// Blocks the signals that the launcher waits for.
class WatchedSignals {
 public:
  WatchedSignals() {
    // Whose parent ignored it is told of no end, and finds nobody left to collect.
    ::signal(SIGCHLD, SIG_DFL);
    sigemptyset(&set_);
    for (const int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, signal);
    sigprocmask(SIG_BLOCK, &set_, &before_);
  }
  WatchedSignals(const WatchedSignals&) = delete;
  WatchedSignals& operator=(const WatchedSignals&) = delete;
  ~WatchedSignals() { Restore(); }

  void Restore() const { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  // The next signal; 0 when `limit`, if there is one, has passed.
  [[nodiscard]] int Await(const timespec* limit) const {
    const int signal = ::sigtimedwait(&set_, nullptr, limit);
    return std::max(signal, 0);
  }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

class Launch {
 public:
  explicit Launch(const ProcessPlan& plan)
      : plan_(plan), pids_(static_cast<std::size_t>(plan.count)) {}
  Launch(const Launch&) = delete;
  Launch& operator=(const Launch&) = delete;
  ~Launch() {  // only after Start has failed is somebody left
    Signal(SIGKILL);
    for (pid_t& pid : pids_)
      if (pid != 0) ::waitpid(pid, nullptr, 0);
  }

  int Run() {
    for (std::size_t r = 0; r < pids_.size(); ++r) Start(r);
    while (Left()) {
      const int signal = signals_.Await(ending_ ? &kGrace : nullptr);
      if (signal == SIGCHLD) {
        CollectEnded();
      } else if (signal == 0) {
        if (ending_) Signal(SIGKILL);
      } else {
        PassOn(signal);
      }
    }
    return status_;
  }

 private:
  [[nodiscard]] bool Left() const {
    return std::any_of(pids_.begin(), pids_.end(), [](pid_t pid) { return pid != 0; });
  }

  // To every process that has not been collected, with those that it has started itself.
  void Signal(int signal) const {
    for (const pid_t pid : pids_)
      if (pid != 0) ::kill(-pid, signal);
  }

  // Who insists gets SIGKILL.
  void PassOn(int signal) {
    Signal(ending_ ? SIGKILL : signal);
    ending_ = true;
  }

  void Start(std::size_t rank) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) Refuse("pipe", errno);
    UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) Refuse(fmt::format("cannot start {} {}", plan_.noun, rank), errno);
    if (pid == 0) Become(rank, parent, writer.get());
    // On both sides, so that it is so before either goes on.
    (void)::setpgid(pid, pid);
    pids_[rank] = pid;
    writer.Reset();
    int error = 0;
    if (::read(reader.get(), &error, sizeof(error)) == sizeof(error))
      Refuse(fmt::format("cannot run {}", plan_.command.front()), error);
  }

  // In the new process: does not return. Its errno goes to `writer`, which a new program closes.
  [[noreturn]] void Become(std::size_t rank, pid_t parent, int writer) {
    (void)::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);  // it has died already
    signals_.Restore();
    const std::string number = std::to_string(rank);
    ::setenv("FERRY_RANK", number.c_str(), 1);
    ::setenv("FERRY_LOCAL_RANK", number.c_str(), 1);
    ::setenv("FERRY_WORLD_SIZE", std::to_string(plan_.count).c_str(), 1);
    ::setenv("FERRY_ROOT", place_.root().c_str(), 1);
    ::setenv("FERRY_SECRET_FILE", place_.secret_file().c_str(), 1);
    // No terminal has several readers.
    const UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    (void)::dup2(nothing.get(), STDIN_FILENO);
    std::vector<char*> words;
    for (const std::string& word : plan_.command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execvp(words.front(), words.data());
    const int error = errno;
    (void)!::write(writer, &error, sizeof(error));
    ::_exit(127);
  }

  void CollectEnded() {
    for (std::size_t r = 0; r < pids_.size(); ++r) {
      siginfo_t info{};
      if (pids_[r] == 0 ||
          ::waitid(P_PID, static_cast<id_t>(pids_[r]), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
          info.si_pid == 0)
        continue;
      const bool failed = info.si_code != CLD_EXITED || info.si_status != 0;
      // What it has started itself is in its group, whose number is its own until it is collected.
      if (failed) ::kill(-pids_[r], SIGTERM);
      ::waitpid(pids_[r], nullptr, 0);
      if (failed) Fail(r, info);
      pids_[r] = 0;
    }
  }

  // Only the first failure is told: the others follow from it, or from a signal passed on.
  void Fail(std::size_t rank, const siginfo_t& info) {
    const bool exited = info.si_code == CLD_EXITED;
    if (status_ == 0) status_ = exited ? info.si_status : 128 + info.si_status;
    const pid_t pid = std::exchange(pids_[rank], 0);
    if (ending_) return;
    ending_ = true;
    const std::string how = exited ? fmt::format("ended with status {}", info.si_status)
                                   : fmt::format("was ended by signal {} ({})", info.si_status,
                                                 ::strsignal(info.si_status));
    if (!exited || info.si_status != plan_.explained_status)
      fmt::print(stderr, "{}: {} {} (pid {}) {}{}\n", plan_.speaker, plan_.noun, rank, pid, how,
                 Left() ? "; ending the others" : "");
    Signal(SIGTERM);
    Signal(SIGCONT);  // who is stopped would not see it
  }

  [[noreturn]] static void Refuse(const std::string& what, int error) {
    throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(error)));
  }

  const ProcessPlan& plan_;
  MeetingPlace place_;
  WatchedSignals signals_;
  std::vector<pid_t> pids_;  // by rank; 0: collected
  bool ending_ = false;
  int status_ = 0;
};

}  // namespace

int RunProcesses(const ProcessPlan& plan) {
  return Launch(plan).Run();
}

}  // namespace ferry::tool
