// A fault at a step of a rank's life, and what the others hear of it.
#ifndef FERRY_TESTS_FAULTS_FAULT_CASE_H_
#define FERRY_TESTS_FAULTS_FAULT_CASE_H_

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace ferry::faults {

inline constexpr int kRanks = 4;

enum class Fault : std::uint8_t {
  kKill,         // SIGKILL
  kExit,         // exit(0) on another thread, in the middle of what the rank does
  kCrash,        // a store through a null pointer
  kLeave,        // HcclCommDestroy on another thread; the process ends later
  kPause,        // SIGSTOP, and SIGCONT after a moment
  kStop,         // SIGSTOP, and SIGCONT when the others have given up and gone on
  kKillRoot,     // SIGKILL of the process that called HcclGetRootInfo, which is rank 0's
  kPauseOfRoot,  // kPause of that process
};
inline constexpr int kNumFaults = 8;

// In the order of a rank's life.
enum class Step : std::uint8_t {
  kConnect,      // before the rank has asked to join
  kAccepted,     // it has joined and waits for a rank that has not
  kTicket,       // all have joined; it has not fetched the board
  kAttached,     // it has attached to the board and waits for a rank that has not
  kIdle,         // joined, before the first call
  kMeetFirst,    // it waits at the meeting of the first call; nobody has read its memory before
  kPublish,      // before it publishes its part of a dispatch
  kMeet,         // before it arrives at the meeting
  kMeeting,      // it waits at the meeting
  kMove,         // before it reads the others' rows
  kRelease,      // before it says that it has read them
  kReleasing,    // it waits for the others to have read its rows
  kCallback,     // its stream is in a callback between dispatch and combine
  kCombineMove,  // before it reads the others' rows in combine
  kDestroy,      // in HcclCommDestroy
};
inline constexpr int kNumSteps = 15;

struct FaultCase {
  Fault fault = Fault::kKill;
  Step step = Step::kIdle;
  std::string heard;        // by the others, in joining a part of it; "ok": all their calls work
  std::string victim = {};  // heard by a rank that lives on
  std::string late = {};    // heard by the late rank, where it is something else
};

[[nodiscard]] const std::vector<FaultCase>& AllFaultCases();

// Of the table.
[[nodiscard]] const char* Describe(Fault fault);
[[nodiscard]] const char* Describe(Step step);
// Of the test.
[[nodiscard]] std::string NameOf(const FaultCase& fault_case);
void PrintTo(const FaultCase& fault_case, std::ostream* out);

[[nodiscard]] bool IsDeath(Fault fault);
[[nodiscard]] bool IsPause(Fault fault);
// The rank that is struck.
[[nodiscard]] int VictimOf(Fault fault);
// The rank that comes later than the others where the step is one of waiting.
inline constexpr int kLateRank = 1;

}  // namespace ferry::faults

#endif  // FERRY_TESTS_FAULTS_FAULT_CASE_H_
