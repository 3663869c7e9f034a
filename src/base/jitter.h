// Delays between the steps of a call and before the tasks of a stream, for finding programs that
// only work with lucky timing.
//
// FERRY_JITTER=seed turns them on. Each delay is a function of the seed, the step, the rank or
// stream and the number of the call or task, and of nothing else: the same program run again is
// delayed in the same places by the same amounts. FERRY_LOG=debug shows each.
#ifndef FERRY_BASE_JITTER_H_
#define FERRY_BASE_JITTER_H_

#include <cstdint>

#include "base/env.h"

namespace ferry::jitter {

enum class Step : std::uint8_t {
  kEnqueue,  // before a call is put into its stream's queue
  kPublish,  // before a rank announces itself
  kMeet,     // before it arrives at the meeting
  kMove,     // before it reads its peers' rows
  kRelease,  // before it says that it has read them
  kTask,     // before a stream begins a task of any kind
};

// Whose step it is: a rank of a group, or a stream (kTask).
struct Lane {
  std::int32_t number = 0;  // of the rank, or of the stream's device
  std::int32_t stream = 0;  // 1, 2, ... in the order in which the device's streams were made
};

// That of a stream that is being made.
[[nodiscard]] Lane NewStream(std::int32_t device);

// Either kind or none.
struct Delay {
  std::int32_t yields = 0;
  std::int32_t microseconds = 0;

  friend bool operator==(const Delay&, const Delay&) = default;
};

[[nodiscard]] Delay DelayAt(std::int64_t seed, Step step, const Lane& lane, std::uint64_t number);

// Waits as DelayAt says.
void WaitAt(std::int64_t seed, Step step, const Lane& lane, std::uint64_t number);

// At a step of `call` on `rank`. A branch, unless FERRY_JITTER is set.
inline void At(Step step, std::int32_t rank, std::uint64_t call) {
  if (const auto seed = env::JitterSeed()) [[unlikely]]
    WaitAt(*seed, step, {.number = rank}, call);
}

// Before task `number` of a stream, 1 for its first.
inline void BeforeTask(const Lane& stream, std::uint64_t number) {
  if (const auto seed = env::JitterSeed()) [[unlikely]]
    WaitAt(*seed, Step::kTask, stream, number);
}

}  // namespace ferry::jitter

#endif  // FERRY_BASE_JITTER_H_
