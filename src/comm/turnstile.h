// One rank's calls of one communicator, one after another, whatever streams they are queued on.
#ifndef FERRY_COMM_TURNSTILE_H_
#define FERRY_COMM_TURNSTILE_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>

#include "base/clock.h"

namespace ferry::comm {

class Turnstile {
 public:
  // Tells `left` from now on up to which number all calls have left; for reports (relaxed). Before
  // the first call.
  void TellLeft(std::atomic<std::uint64_t>* left) { told_ = left; }

  // Waits until every call below `number` has left. False when no call has been inside for `limit`
  // (zero = for ever) although it is not this one's turn, or when `give_up` (looked at every few
  // ms) says so; the call must then be given to Skip. A call that is inside has limits of its own.
  [[nodiscard]] bool Enter(std::uint64_t number, std::chrono::nanoseconds limit,
                           const std::function<bool()>& give_up);

  // Call `number`, which had entered, is over.
  void Leave(std::uint64_t number) noexcept;

  // Call `number` will never enter. Runs `tell_peers`, which may touch the call's slot of the
  // board, as soon as this rank's calls that used the slot before have left: now, or in the Leave
  // that makes it so. Then the call has left.
  void Skip(std::uint64_t number, std::function<void()> tell_peers);

 private:
  // Runs what Skip kept back and may run now. `lock` is released meanwhile.
  void RunSkipped(std::unique_lock<std::mutex>& lock);
  void MarkLeft(std::uint64_t number);
  // Call `number` is not inside any more, if it was; wants mutex_.
  void GoOut(std::uint64_t number);

  std::atomic<std::uint64_t>* told_ = nullptr;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t inside_ = 0;                      // the call that is, 0 = none; guarded by mutex_
  Clock::time_point empty_since_ = Clock::now();  // while none is; guarded by mutex_
  std::uint64_t next_ = 1;        // lowest number that has not left; guarded by mutex_
  std::set<std::uint64_t> left_;  // numbers above next_ that have; guarded by mutex_
  std::map<std::uint64_t, std::function<void()>> skipped_;  // not yet told; guarded by mutex_
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_TURNSTILE_H_
