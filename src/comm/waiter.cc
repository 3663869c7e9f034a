#include "comm/waiter.h"

#include <algorithm>
#include <thread>

#include "base/futex.h"

namespace ferry::comm {
namespace {

constexpr auto kSpinTime = std::chrono::microseconds(50);
constexpr int kYields = 8;

}  // namespace

void Waiter::Pause(std::atomic<std::uint32_t>& wake, std::uint32_t seen, Clock::time_point until) {
  if (stage_ == Stage::kSpin) {
    if (options_.spin && Clock::now() - start_ < kSpinTime) return;
    stage_ = Stage::kYield;
  }
  if (stage_ == Stage::kYield) {
    std::this_thread::yield();
    if (++yields_ == kYields) stage_ = Stage::kSleep;
    return;
  }
  const std::chrono::nanoseconds left = until - Clock::now();
  if (left > std::chrono::nanoseconds(0)) FutexWait(&wake, seen, std::min(sleep_, left));
  sleep_ = std::min(sleep_ * 2, options_.longest_sleep);
}

}  // namespace ferry::comm
