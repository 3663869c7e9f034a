#include "support/crowd.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "support/device_tensor.h"

namespace ferry::support {

using std::chrono::steady_clock;

namespace {

constexpr std::size_t kMost = 768;
// For the others to hear of a process that has failed.
constexpr std::chrono::seconds kGrace{10};
constexpr std::chrono::seconds kRootInfoPatience{120};

struct Slot {
  std::atomic<bool> made;
  HcclRootInfo info;
};

// What a process says of itself; the text belongs to it until it has ended.
struct Report {
  std::atomic<std::uint64_t> step;
  std::size_t used;
  char text[8192];
};

}  // namespace

// Zero at first, shared by all processes; the slots of root infos follow it.
struct SharedCrowd {
  std::atomic<std::uint64_t> progress;
  Report reports[kMost];

  Slot& slot(std::size_t index) { return reinterpret_cast<Slot*>(this + 1)[index]; }
};

void Member::At(std::uint64_t step) const {
  shared_.reports[index_].step.store(step);
  shared_.progress.fetch_add(1);
}

void Member::Tell(const std::string& sentence) const {
  Report& report = shared_.reports[index_];
  const std::size_t bytes = std::min(sentence.size(), sizeof(report.text) - 2 - report.used);
  std::memcpy(report.text + report.used, sentence.data(), bytes);
  report.used += bytes;
  if (bytes != 0) report.text[report.used++] = '\n';
}

HcclRootInfo Member::RootInfo(std::size_t slot, bool is_maker) const {
  Slot& place = shared_.slot(slot);
  if (is_maker) {
    Check(HcclGetRootInfo(&place.info), "HcclGetRootInfo");
    place.made.store(true);
  }
  const auto end = steady_clock::now() + kRootInfoPatience;
  while (!place.made.load()) {
    if (steady_clock::now() > end) throw std::runtime_error("nobody made the root info");
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return place.info;
}

namespace {

// Tells the crowd's owner of expectations that fail.
class Teller : public ::testing::EmptyTestEventListener {
 public:
  explicit Teller(const Member& member) : member_(member) {}
  void OnTestPartResult(const ::testing::TestPartResult& result) override {
    if (!result.failed()) return;
    failed_ = true;
    member_.Tell(fmt::format("{}:{}: {}", result.file_name() != nullptr ? result.file_name() : "?",
                             result.line_number(), result.message()));
  }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  const Member& member_;
  bool failed_ = false;
};

// In the new process: its exit status.
int Live(const CrowdPlan& plan, const Member& member) {
  auto& listeners = ::testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
  auto* const teller = new Teller(member);
  listeners.Append(teller);
  try {
    plan.body(member);
  } catch (const std::exception& error) {
    member.Tell(error.what());
    return 1;
  }
  return teller->failed() ? 1 : 0;
}

// "S (sleeping)", "T (stopped)".
std::string StateOf(pid_t pid) {
  static const std::string kName = "State:\t";
  std::ifstream lines(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(lines, line);)
    if (line.rfind(kName, 0) == 0) return line.substr(kName.size());
  return "gone";
}

class Crowd {
 public:
  explicit Crowd(const CrowdPlan& plan)
      : plan_(plan), bytes_(sizeof(SharedCrowd) + plan.root_infos * sizeof(Slot)) {
    if (plan.size > kMost) throw std::invalid_argument("too many processes");
    void* const memory = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("no memory for a crowd");
    shared_ = static_cast<SharedCrowd*>(memory);
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd() { ::munmap(shared_, bytes_); }

  std::vector<std::string> Run() {
    std::fflush(nullptr);
    for (std::size_t i = 0; i < plan_.size; ++i) Start(i);
    while (Left()) {
      Collect();
      Watch();
      if (steady_clock::now() > end_) GiveUp();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return wrong_;
  }

 private:
  [[nodiscard]] bool Left() const {
    return std::any_of(pids_.begin(), pids_.end(), [](pid_t pid) { return pid != 0; });
  }

  void Start(std::size_t index) {
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("fork failed");
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(1);
      const int status = Live(plan_, Member(*shared_, index));
      std::fflush(nullptr);
      ::_exit(status);
    }
    pids_.push_back(pid);
  }

  void Collect() {
    for (std::size_t i = 0; i < pids_.size(); ++i) {
      int status = 0;
      if (pids_[i] == 0 || ::waitpid(pids_[i], &status, WNOHANG) != pids_[i]) continue;
      pids_[i] = 0;
      if (status == 0) continue;
      const Report& report = shared_->reports[i];
      const std::string how =
          WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status)) : "failed";
      Fail(fmt::format("process {} {} at step {}: {}", i, how, report.step.load(),
                       std::string(report.text, report.used)));
    }
  }

  void Watch() {
    const std::uint64_t progress = shared_->progress.load();
    if (progress != seen_ && wrong_.empty()) end_ = steady_clock::now() + plan_.patience;
    seen_ = progress;
  }

  void Fail(const std::string& sentence) {
    if (wrong_.empty()) end_ = steady_clock::now() + kGrace;
    wrong_.push_back(sentence);
  }

  // Kills who is left, and says where they are.
  void GiveUp() {
    for (std::size_t i = 0; i < pids_.size(); ++i) {
      if (pids_[i] == 0) continue;
      wrong_.push_back(fmt::format("process {} did not end: it is at step {}, {}", i,
                                   shared_->reports[i].step.load(), StateOf(pids_[i])));
      ::kill(pids_[i], SIGKILL);
      ::waitpid(pids_[i], nullptr, 0);
      pids_[i] = 0;
    }
  }

  const CrowdPlan& plan_;
  const std::size_t bytes_;
  SharedCrowd* shared_ = nullptr;
  std::vector<pid_t> pids_;
  std::vector<std::string> wrong_;
  std::uint64_t seen_ = 0;
  steady_clock::time_point end_ = steady_clock::now() + plan_.patience;
};

}  // namespace

std::vector<std::string> RunCrowd(const CrowdPlan& plan) {
  return Crowd(plan).Run();
}

}  // namespace ferry::support
