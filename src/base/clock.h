// The clock that Ferry waits by, and the end of a wait.
#ifndef FERRY_BASE_CLOCK_H_
#define FERRY_BASE_CLOCK_H_

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace ferry {

// CLOCK_MONOTONIC: never set back, and the same for every process of a host.
using Clock = std::chrono::steady_clock;

// How long ago the clock stood at `count` ns, a number from anywhere: 0 for what is yet to come,
// and what was before the clock began counts from there.
[[nodiscard]] inline std::chrono::nanoseconds AgeOf(std::int64_t count) noexcept {
  const std::int64_t now = Clock::now().time_since_epoch().count();
  return std::chrono::nanoseconds(
      std::max<std::int64_t>(now - std::max<std::int64_t>(count, 0), 0));
}

// The moment a wait gives up; it may never come.
class Deadline {
 public:
  [[nodiscard]] static constexpr Deadline Never() noexcept {
    return Deadline(Clock::time_point::max());
  }

  // Any duration is welcome: one that the clock cannot count to is "never", one below 0 is "now".
  template <class Rep, class Period>
  [[nodiscard]] static Deadline After(std::chrono::duration<Rep, Period> wait) noexcept {
    const Clock::time_point now = Clock::now();
    const auto limit = std::chrono::duration_cast<std::chrono::seconds>(Never().end_ - now) -
                       std::chrono::seconds(1);
    if (wait <= wait.zero()) return Deadline(now);
    if (wait >= limit) return Never();
    return Deadline(now + std::chrono::duration_cast<Clock::duration>(wait));
  }

  [[nodiscard]] constexpr bool never() const noexcept { return end_ == Clock::time_point::max(); }
  [[nodiscard]] constexpr Clock::time_point time() const noexcept { return end_; }
  [[nodiscard]] bool Passed() const noexcept { return !never() && Clock::now() >= end_; }

  // What is left, never below 0; the longest duration when the deadline never comes.
  [[nodiscard]] std::chrono::nanoseconds Left() const noexcept {
    if (never()) return std::chrono::nanoseconds::max();
    return std::max<std::chrono::nanoseconds>(end_ - Clock::now(), std::chrono::nanoseconds(0));
  }

 private:
  explicit constexpr Deadline(Clock::time_point end) noexcept : end_(end) {}

  Clock::time_point end_;
};

}  // namespace ferry

#endif  // FERRY_BASE_CLOCK_H_
