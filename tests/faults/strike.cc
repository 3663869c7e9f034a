#include "faults/strike.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "base/jitter.h"

namespace ferry::faults {
namespace {

// The calls of a case: two pairs of dispatch and combine.
constexpr std::uint64_t kFirstCall = 1;
constexpr std::uint64_t kDispatch = 3;
constexpr std::uint64_t kCombine = 4;

// How long the victim has been waiting when it is struck there.
constexpr int kWaited = 20'000;  // us

struct Plan {
  FaultCase fault_case;
  int rank = 0;
  SharedState* shared = nullptr;
  std::function<void()> leave;

  [[nodiscard]] bool is_victim() const { return rank == VictimOf(fault_case.fault); }
};

std::atomic<Plan*> current{nullptr};  // never destroyed

// Where the late rank waits, when the victim is struck while it waits itself.
Step HoldOf(Step step) {
  switch (step) {
    case Step::kAccepted:
      return Step::kConnect;
    case Step::kAttached:
      return Step::kTicket;
    case Step::kMeetFirst:
    case Step::kMeeting:
      return Step::kMeet;
    case Step::kReleasing:
      return Step::kRelease;
    default:
      return step;
  }
}

// Whether the victim's own thread sleeps in the library then.
bool IsAsleepAt(Step step) {
  return step == Step::kMeetFirst || step == Step::kMeeting || step == Step::kReleasing;
}

bool IsStruckByAnotherThread(const FaultCase& fault_case) {
  return IsAsleepAt(fault_case.step) || fault_case.fault == Fault::kExit ||
         fault_case.fault == Fault::kLeave;
}

// The call in which the case's step lies; 0 where it lies in none.
std::uint64_t CallOf(Step step) {
  switch (step) {
    case Step::kMeetFirst:
      return kFirstCall;
    case Step::kPublish:
    case Step::kMeet:
    case Step::kMeeting:
    case Step::kMove:
    case Step::kRelease:
    case Step::kReleasing:
      return kDispatch;
    case Step::kCombineMove:
      return kCombine;
    default:
      return 0;
  }
}

void Crash() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  volatile int* volatile nowhere = nullptr;
  *nowhere = 1;
}

void Strike(const Plan& plan) {
  plan.shared->struck_at = Now();
  switch (plan.fault_case.fault) {
    case Fault::kKill:
    case Fault::kKillRoot:
      ::kill(::getpid(), SIGKILL);
      return;
    case Fault::kExit:
      std::exit(0);
    case Fault::kCrash:
      Crash();
      return;
    case Fault::kLeave:
      plan.leave();
      plan.shared->struck = 1;
      return;
    case Fault::kPause:
    case Fault::kPauseOfRoot:
    case Fault::kStop:
      ::raise(SIGSTOP);  // of this thread: kill would let it run on for a moment
      return;
  }
}

// The victim, at the step or, if it is to be struck while it waits, about to wait.
void ReachAsVictim(const Plan& plan, Step step) {
  const FaultCase& fault_case = plan.fault_case;
  if (IsAsleepAt(fault_case.step) && step == HoldOf(fault_case.step)) plan.shared->asleep = 1;
  if (step != fault_case.step) return;
  // A root that is lost while others wait for the group, is lost to all that can wait.
  if (fault_case.fault == Fault::kKillRoot && step <= Step::kAccepted)
    (void)Await(plan.shared->accepted, kRanks - 1);
  if (!IsStruckByAnotherThread(fault_case)) return Strike(plan);
  plan.shared->strike = 1;
  // This thread is still here when the process ends, or goes on when the rank has left.
  (void)Await(plan.shared->struck);
}

// The late rank goes on when the victim has waited for a while and been struck.
void ReachAsLateRank(const Plan& plan, Step step) {
  const Step hold = HoldOf(plan.fault_case.step);
  if (hold == plan.fault_case.step || hold != step) return;
  if (IsAsleepAt(plan.fault_case.step)) {
    (void)Await(plan.shared->asleep);
    ::usleep(kWaited);
    plan.shared->strike = 1;
  }
  (void)Await(plan.shared->struck);
}

}  // namespace

void Arm(const FaultCase& fault_case, int rank, SharedState* shared, std::function<void()> leave) {
  auto* const plan = new Plan{fault_case, rank, shared, std::move(leave)};
  current = plan;
  if (!plan->is_victim() || !IsStruckByAnotherThread(fault_case)) return;
  std::thread([plan] {
    if (Await(plan->shared->strike)) Strike(*plan);
  }).detach();
}

void Disarm() {
  current = nullptr;
}

void Reach(Step step, std::uint64_t call) {
  const Plan* const plan = current.load();
  if (plan == nullptr) return;
  if (step == Step::kAccepted) ++plan->shared->accepted;
  const std::uint64_t wanted = CallOf(plan->fault_case.step);
  if (call != 0 && call != wanted) return;
  if (step == Step::kMove && call == kCombine) step = Step::kCombineMove;
  if (plan->is_victim())
    ReachAsVictim(*plan, step);
  else if (plan->rank == kLateRank)
    ReachAsLateRank(*plan, step);
}

}  // namespace ferry::faults

namespace ferry::jitter {

// These are in place of base/jitter.cc, which the linker then leaves out.
Lane NewStream(std::int32_t device) {
  return {.number = device};
}

void WaitAt(std::int64_t /*seed*/, Step step, const Lane& /*lane*/, std::uint64_t call) {
  switch (step) {
    case Step::kPublish:
      return faults::Reach(faults::Step::kPublish, call);
    case Step::kMeet:
      return faults::Reach(faults::Step::kMeet, call);
    case Step::kMove:
      return faults::Reach(faults::Step::kMove, call);
    case Step::kRelease:
      return faults::Reach(faults::Step::kRelease, call);
    case Step::kEnqueue:
    case Step::kTask:
      return;
  }
}

}  // namespace ferry::jitter
