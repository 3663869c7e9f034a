// Delays between the steps of a call, for finding programs that only work with lucky timing.
//
// FERRY_JITTER=seed turns them on. Each delay is a function of the seed, the step, the rank and the
// number of the call, and of nothing else: the same program run again is delayed in the same places
// by the same amounts. FERRY_LOG=debug shows each.
#ifndef FERRY_BASE_JITTER_H_
#define FERRY_BASE_JITTER_H_

#include <cstdint>

#include "base/env.h"

namespace ferry::jitter {

enum class Step : std::uint8_t {
  kEnqueue,   // before a call is put into its stream's queue
  kPublish,   // before a rank announces itself
  kMeet,      // before it arrives at the meeting
  kMove,      // before it reads its peers' rows
  kRelease,   // before it says that it has read them
  kCallback,  // before a callback is handed to its thread; rank: the device, call: the callback
};

// Either kind or none.
struct Delay {
  std::int32_t yields = 0;
  std::int32_t microseconds = 0;

  friend bool operator==(const Delay&, const Delay&) = default;
};

[[nodiscard]] Delay DelayAt(std::int64_t seed, Step step, std::int32_t rank, std::uint64_t call);

// Waits as DelayAt says.
void WaitAt(std::int64_t seed, Step step, std::int32_t rank, std::uint64_t call);

// At a step of `call` on `rank`. A branch, unless FERRY_JITTER is set.
inline void At(Step step, std::int32_t rank, std::uint64_t call) {
  if (const auto seed = env::JitterSeed()) [[unlikely]]
    WaitAt(*seed, step, rank, call);
}

}  // namespace ferry::jitter

#endif  // FERRY_BASE_JITTER_H_
