#include "faults/rank_life.h"

#include <acl/acl.h>
#include <dirent.h>
#include <fmt/format.h>
#include <hccl/hccl.h>
#include <pthread.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>

#include "faults/moe_peer.h"
#include "faults/strike.h"

namespace ferry::faults {
namespace {

constexpr int kCalls = 6;
constexpr int kDestroyBefore = 5;  // with Step::kDestroy the victim destroys before this call
constexpr int kCallbackBefore = 4;
// Descriptors that a process of the library keeps when it has no group: its memory, its service,
// its monitor, and the root of a failed join, which tells late ranks.
constexpr int kOfTheProcess = 11;

void Need(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what + ": " + Message());
}

// Open descriptors of this process; the sockets among them are noted for the end of the case.
int CountDescriptors(SharedState* note_sockets) {
  int count = 0;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (const dirent* entry = ::readdir(folder)) {
    ++count;
    struct stat status {};
    const bool socket =
        ::fstatat(::dirfd(folder), entry->d_name, &status, 0) == 0 && S_ISSOCK(status.st_mode);
    if (note_sockets == nullptr || !socket) continue;
    const int at = note_sockets->num_inodes.fetch_add(1);
    if (at < kMaxInodes) note_sockets->inodes[at] = status.st_ino;
  }
  ::closedir(folder);
  return count;
}

// A thread of the program that runs the callbacks of a stream.
class CallbackThread {
 public:
  explicit CallbackThread(aclrtStream stream) : stream_(stream) {
    thread_ = std::thread([this] {
      while (!stop_) (void)aclrtProcessReport(20);
    });
    // pthread_t is an integer here; aclrtSubscribeReport wants it.
    id_ = static_cast<std::uint64_t>(thread_.native_handle());
    Need(aclrtSubscribeReport(id_, stream_) == 0, "aclrtSubscribeReport");
  }
  CallbackThread(const CallbackThread&) = delete;
  CallbackThread& operator=(const CallbackThread&) = delete;
  ~CallbackThread() {
    (void)aclrtUnSubscribeReport(id_, stream_);
    stop_ = true;
    thread_.join();
  }

 private:
  aclrtStream stream_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
  std::uint64_t id_ = 0;
};

class RankLife {
 public:
  RankLife(const FaultCase& fault_case, int rank, SharedState& shared)
      : case_(fault_case), rank_(rank), shared_(shared), report_(shared.reports[rank]) {}

  int Run() {
    Need(aclInit(nullptr) == 0 && aclrtSetDevice(0) == 0 && aclrtCreateStream(&stream_) == 0,
         "a stream");
    Arm(case_, rank_, &shared_, [this] { (void)HcclCommDestroy(comm_); });
    const std::string heard = LiveInFirstGroup();
    std::strncpy(report_.heard, heard.c_str(), sizeof(report_.heard) - 1);
    ++shared_.heard;
    if (heard.rfind("wrong", 0) == 0) throw std::runtime_error(heard);
    if (is_victim() && case_.fault == Fault::kLeave) {
      Need(Await(shared_.heard, kRanks), "the others hear nothing");
      return 0;
    }
    EndFirstGroup(heard);
    if (is_victim() || IsPause(case_.fault)) return 0;
    Recover();
    ++shared_.recovered;
    // The end of this process is nothing that a stopped rank is to hear.
    Need(Await(shared_.victim_ended), "the victim lives on");
    return 0;
  }

 private:
  [[nodiscard]] bool is_victim() const { return rank_ == VictimOf(case_.fault); }

  HcclResult Join(int group, int rank, int size) {
    if (rank == 0) {
      const HcclResult made = HcclGetRootInfo(&shared_.roots[group]);
      if (made != HCCL_SUCCESS) return made;
      ++shared_.roots_there[group];
    }
    if (!Await(shared_.roots_there[group])) return HCCL_E_TIMEOUT;
    Reach(Step::kConnect);
    if (group == 0) report_.called_at = Now();
    return HcclCommInitRootInfo(static_cast<std::uint32_t>(size), &shared_.roots[group],
                                static_cast<std::uint32_t>(rank), &comm_);
  }

  std::string LiveInFirstGroup() {
    const HcclResult joined = Join(0, rank_, kRanks);
    report_.heard_at = Now();
    if (joined != HCCL_SUCCESS) return fmt::format("{}: {}", static_cast<int>(joined), Message());
    char name[128] = {};
    Need(HcclGetCommName(comm_, name) == HCCL_SUCCESS, "HcclGetCommName");
    name_ = name;
    MoePeer peer(comm_, rank_, kRanks, stream_);
    Reach(Step::kIdle);
    if (case_.step == Step::kIdle) AwaitStrike();
    for (int call = 1; call <= kCalls; ++call) {
      if (call == kCallbackBefore && case_.step == Step::kCallback && is_victim()) RunCallback();
      if (is_victim() && case_.fault == Fault::kLeave && shared_.struck != 0) return "left";
      if (call == kDestroyBefore && case_.step == Step::kDestroy) {
        if (is_victim()) return Destroy();
        AwaitStrike();
      }
      report_.called_at = Now();
      const std::string heard = call % 2 == 1 ? peer.Dispatch(call) : peer.Combine();
      report_.heard_at = Now();
      if (call == 1) (void)CountDescriptors(&shared_);
      if (heard != "ok") return heard;
    }
    return "ok";
  }

  // A rank that leaves does so by itself.
  void AwaitStrike() {
    if (!is_victim()) Need(Await(shared_.struck), "nobody was struck");
  }

  // In the stream's order: between the dispatch and the combine that follow.
  void RunCallback() {
    const CallbackThread thread(stream_);
    const auto reach = [](void*) { Reach(Step::kCallback); };
    Need(aclrtLaunchCallback(reach, nullptr, ACL_CALLBACK_BLOCK, stream_) == 0, "a callback");
    Need(aclrtSynchronizeStream(stream_) == 0, "a callback");
  }

  std::string Destroy() {
    Need(HcclCommDestroy(comm_) == HCCL_SUCCESS, "HcclCommDestroy");
    comm_ = nullptr;
    return "destroyed";
  }

  void EndFirstGroup(const std::string& heard) {
    Disarm();
    if (comm_ == nullptr) return;
    HcclResult state = HCCL_SUCCESS;
    Need(HcclGetCommAsyncError(comm_, &state) == HCCL_SUCCESS, "HcclGetCommAsyncError");
    if (IsDeath(case_.fault) && heard != "ok")
      Need(state == HCCL_E_REMOTE, "HcclGetCommAsyncError does not tell of the death");
    (void)Destroy();
  }

  // Without the victim, and twice: what each group costs is given back with it.
  void Recover() {
    const int victim = VictimOf(case_.fault);
    const int rank = rank_ > victim ? rank_ - 1 : rank_;
    for (int group = 1; group < kGroups; ++group) {
      const HcclResult joined = Join(group, rank, kRanks - 1);
      Need(joined == HCCL_SUCCESS, "the survivors cannot join");
      {
        MoePeer peer(comm_, rank, kRanks - 1, stream_);
        for (int round = 0; round < 2; ++round) {
          const std::string dispatch = peer.Dispatch(round);
          Need(dispatch == "ok", "the survivors' dispatch: " + dispatch);
          const std::string combine = peer.Combine();
          Need(combine == "ok", "the survivors' combine: " + combine);
        }
        (void)CountDescriptors(&shared_);
      }
      (void)Destroy();
    }
    AwaitFewDescriptors();
  }

  // What a thread of the library has to close is closed in a moment.
  void AwaitFewDescriptors() const {
    const int most = descriptors_ + kOfTheProcess;
    for (int ms = 0; ms < 5000 && CountDescriptors(nullptr) > most; ++ms) ::usleep(1000);
    const int now = CountDescriptors(nullptr);
    Need(now <= most, fmt::format("{} descriptors are open, {} at first", now, descriptors_));
  }

  const FaultCase& case_;
  const int rank_;
  SharedState& shared_;
  Report& report_;
  aclrtStream stream_ = nullptr;
  HcclComm comm_ = nullptr;
  std::string name_;
  const int descriptors_ = CountDescriptors(nullptr);  // at first
};

}  // namespace

int LiveRank(const FaultCase& fault_case, int rank, SharedState& shared) {
  try {
    return RankLife(fault_case, rank, shared).Run();
  } catch (const std::exception& error) {
    std::strncpy(shared.reports[rank].wrong, error.what(), sizeof(shared.reports[rank].wrong) - 1);
    return 1;
  }
}

}  // namespace ferry::faults
