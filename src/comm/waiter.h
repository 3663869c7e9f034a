// How a rank waits for its peers: poll, yield, sleep.
#ifndef FERRY_COMM_WAITER_H_
#define FERRY_COMM_WAITER_H_

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace ferry::comm {

struct WaiterOptions {
  bool spin = false;  // poll for some time before yielding: every local rank has a core
  // The longest sleep. Sleeps are capped because a death, an abort or another board does not wake
  // this one; they grow up to the cap.
  std::chrono::nanoseconds longest_sleep = std::chrono::seconds(1);
};

class Waiter {
 public:
  explicit Waiter(const WaiterOptions& options) : options_(options), start_(Clock::now()) {}

  // Lets some time pass. Once sleeping, ends early when `wake` is raised above `seen` (read before
  // the caller looked whether its wait is over), and at `until`.
  void Pause(std::atomic<std::uint32_t>& wake, std::uint32_t seen, Clock::time_point until);

  // True when the next Pause sleeps: time to look at clocks and peers, which polling must not do.
  [[nodiscard]] bool IsSlow() const { return stage_ == Stage::kSleep; }
  [[nodiscard]] Clock::time_point start() const { return start_; }

 private:
  enum class Stage : std::uint8_t { kSpin, kYield, kSleep };

  const WaiterOptions options_;
  const Clock::time_point start_;
  Stage stage_ = Stage::kSpin;
  int yields_ = 0;
  std::chrono::nanoseconds sleep_ = std::chrono::milliseconds(10);  // the next one
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_WAITER_H_
