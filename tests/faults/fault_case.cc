#include "faults/fault_case.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <ostream>

namespace ferry::faults {
namespace {

struct Words {
  const char* name;  // in the test's
  const char* text;  // in the table's
};

constexpr std::array<Words, kNumFaults> kFaultWords = {{
    {"Killed", "killed (SIGKILL)"},
    {"Exits", "exits: `exit(0)` on another thread, in the middle of what the rank does"},
    {"Crashes", "crashes (SIGSEGV)"},
    {"Leaves", "leaves early: HcclCommDestroy on another thread, and its process ends later"},
    {"Pauses", "is stopped for 100 ms (SIGSTOP, SIGCONT)"},
    {"Stops", "is stopped for longer than HCCL_EXEC_TIMEOUT, here 1 s, and goes on later"},
    {"KilledRoot", "is the root's, rank 0, and killed (SIGKILL)"},
    {"PausedRoot", "is the root's, rank 0, and stopped for 100 ms (SIGSTOP, SIGCONT)"},
}};

constexpr std::array<Words, kNumSteps> kStepWords = {{
    {"Connect", "before it asks to join"},
    {"Accepted", "joining: it waits for rank 1, which has not connected"},
    {"Ticket", "joining: all have come, and it has not got the board"},
    {"Attached", "joining: it has the board and waits for rank 1, which has not"},
    {"Idle", "joined, before the first call"},
    {"MeetFirst", "first dispatch: it waits at the meeting"},
    {"Publish", "dispatch: before it publishes its part"},
    {"Meet", "dispatch: before it arrives at the meeting"},
    {"Meeting", "dispatch: it waits at the meeting"},
    {"Move", "dispatch: before it reads the others' rows"},
    {"Release", "dispatch: before it says that it has read them"},
    {"Releasing", "dispatch: it waits until the others have read its rows"},
    {"Callback", "between dispatch and combine, its stream in a callback"},
    {"CombineMove", "combine: before it reads the others' rows"},
    {"Destroy", "in HcclCommDestroy"},
}};

constexpr const char* kOk = "ok";

std::string DispatchFailed(int call, const char* cause) {
  return fmt::format("aclnnMoeDistributeDispatchV2 call {} on group \"g0\" failed: {}", call,
                     cause);
}
std::string CombineFailed(int call, const char* cause) {
  return fmt::format("aclnnMoeDistributeCombineV2 call {} on group \"g0\" failed: {}", call, cause);
}

// What the others hear when the process of `rank` ends at `step`, once all have joined.
std::string HeardOfADeath(Step step, const char* cause) {
  switch (step) {
    case Step::kIdle:
    case Step::kMeetFirst:
      return DispatchFailed(1, cause);
    case Step::kReleasing:
    case Step::kCallback:
    case Step::kCombineMove:
      return CombineFailed(4, cause);
    case Step::kDestroy:
      return DispatchFailed(5, cause);
    default:
      return DispatchFailed(3, cause);
  }
}

}  // namespace

const char* Describe(Fault fault) {
  return kFaultWords.at(static_cast<std::size_t>(fault)).text;
}

const char* Describe(Step step) {
  return kStepWords.at(static_cast<std::size_t>(step)).text;
}

std::string NameOf(const FaultCase& fault_case) {
  return fmt::format("{}At{}", kFaultWords.at(static_cast<std::size_t>(fault_case.fault)).name,
                     kStepWords.at(static_cast<std::size_t>(fault_case.step)).name);
}

void PrintTo(const FaultCase& fault_case, std::ostream* out) {
  *out << NameOf(fault_case);
}

bool IsPause(Fault fault) {
  return fault == Fault::kPause || fault == Fault::kPauseOfRoot;
}

bool IsDeath(Fault fault) {
  return !IsPause(fault) && fault != Fault::kStop;
}

int VictimOf(Fault fault) {
  return fault == Fault::kKillRoot || fault == Fault::kPauseOfRoot ? 0 : 2;
}

namespace {

std::vector<FaultCase> Deaths(Fault fault) {
  const char* const cause = "rank(s) 2 terminated";
  std::vector<FaultCase> cases;
  // A rank that comes later is refused with the same words.
  cases.push_back(
      {.fault = fault, .step = Step::kAccepted, .heard = "rank(s) 2 left while joining"});
  cases.push_back(
      {.fault = fault,
       .step = Step::kTicket,
       .heard = "21: HcclCommInitRootInfo: rank(s) 2 terminated while joining group \"g0\""});
  // At the end of the join or, where the last rank came first, in the first call.
  cases.push_back({.fault = fault, .step = Step::kAttached, .heard = cause});
  for (int step = static_cast<int>(Step::kIdle); step < kNumSteps; ++step)
    cases.push_back({.fault = fault,
                     .step = static_cast<Step>(step),
                     .heard = HeardOfADeath(static_cast<Step>(step), cause)});
  return cases;
}

std::vector<FaultCase> Departures() {
  const char* const cause = "rank(s) 2 destroyed the communicator";
  std::vector<FaultCase> cases;
  const auto add = [&](Step step, const std::string& heard) {
    cases.push_back({.fault = Fault::kLeave, .step = step, .heard = heard, .victim = "left"});
  };
  // The call in which it was when it destroyed its handle still works, on every rank.
  add(Step::kIdle, DispatchFailed(1, cause));
  add(Step::kMeetFirst, CombineFailed(2, cause));
  for (const Step step : {Step::kPublish, Step::kMeet, Step::kMeeting, Step::kMove, Step::kRelease,
                          Step::kReleasing, Step::kCallback})
    add(step, CombineFailed(4, cause));
  add(Step::kCombineMove, DispatchFailed(5, cause));
  return cases;
}

std::vector<FaultCase> Pauses() {
  std::vector<FaultCase> cases;
  for (int step = static_cast<int>(Step::kConnect); step < kNumSteps; ++step)
    cases.push_back(
        {.fault = Fault::kPause, .step = static_cast<Step>(step), .heard = kOk, .victim = kOk});
  cases.back().heard = DispatchFailed(5, "rank(s) 2 destroyed the communicator");
  cases.back().victim = "destroyed";
  return cases;
}

std::vector<FaultCase> Stops() {
  const char* const absent =
      "rank(s) 2 did not arrive within 1 s; the process of rank 2 is stopped";
  const char* const reading =
      "rank(s) 2 did not finish reading within 1 s; the process of rank 2 is stopped";
  const char* const memory =
      "rank(s) 2 did not give access to its memory within 1 s; the process of rank 2 is stopped";
  std::vector<FaultCase> cases;
  const auto add = [&](Step step, const std::string& heard) {
    cases.push_back({.fault = Fault::kStop, .step = step, .heard = heard, .victim = heard});
  };
  add(Step::kIdle, DispatchFailed(1, absent));
  add(Step::kMeetFirst, DispatchFailed(1, memory));
  add(Step::kPublish, DispatchFailed(3, absent));
  add(Step::kMeet, DispatchFailed(3, absent));
  for (const Step step : {Step::kMeeting, Step::kMove, Step::kRelease})
    add(step, DispatchFailed(3, reading));
  add(Step::kReleasing, CombineFailed(4, absent));
  add(Step::kCallback, CombineFailed(4, absent));
  add(Step::kCombineMove, CombineFailed(4, reading));
  add(Step::kDestroy, DispatchFailed(5, absent));
  cases.back().victim = "destroyed";
  return cases;
}

std::vector<FaultCase> RootFaults() {
  // Who has been accepted hears of the root, who has not got the board of its rank.
  const char* const ended = "the root at 127.0.0.1:PORT ended while rank";
  const char* const refused =
      "no root listens at 127.0.0.1:PORT: Connection refused; the process that called "
      "HcclGetRootInfo has ended, or its group has been joined already";
  const char* const cause = "rank(s) 0 terminated";
  std::vector<FaultCase> cases = {
      {.fault = Fault::kKillRoot, .step = Step::kConnect, .heard = ended},
      {.fault = Fault::kKillRoot, .step = Step::kAccepted, .heard = ended, .late = refused},
      {.fault = Fault::kKillRoot, .step = Step::kTicket, .heard = cause},
      {.fault = Fault::kKillRoot, .step = Step::kAttached, .heard = cause},
  };
  for (const Step step : {Step::kMeetFirst, Step::kMove, Step::kReleasing, Step::kCallback})
    cases.push_back({.fault = Fault::kKillRoot,
                     .step = step,
                     .heard = HeardOfADeath(step, "rank(s) 0 terminated")});
  for (const Step step : {Step::kConnect, Step::kAccepted, Step::kTicket, Step::kAttached})
    cases.push_back({.fault = Fault::kPauseOfRoot, .step = step, .heard = kOk, .victim = kOk});
  return cases;
}

}  // namespace

const std::vector<FaultCase>& AllFaultCases() {
  static const auto* const all = [] {
    auto* const cases = new std::vector<FaultCase>;
    for (const auto& some : {Deaths(Fault::kKill), Deaths(Fault::kExit), Deaths(Fault::kCrash),
                             Departures(), Pauses(), Stops(), RootFaults()})
      cases->insert(cases->end(), some.begin(), some.end());
    return cases;
  }();
  return *all;
}

}  // namespace ferry::faults
