// How long a rank waits in a call, and what it does meanwhile: watch its peers, report.
#ifndef FERRY_COMM_CALL_WAIT_H_
#define FERRY_COMM_CALL_WAIT_H_

#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "comm/call_side.h"
#include "comm/wait_report.h"
#include "comm/waiter.h"

namespace ferry::comm {

// When a wait that starts now is given up; never for a limit of zero, at once when an earlier wait
// of the call has reached its limit.
[[nodiscard]] Deadline DeadlineOf(const CallSide& side);

class CallWait {
 public:
  CallWait(const CallSide& side, Phase phase);

  // Lets time pass until `wake` is raised above `seen` or there is a reason to look again.
  void Pause(std::atomic<std::uint32_t>& wake, std::uint32_t seen);

  // Whether the wait limit has passed.
  [[nodiscard]] bool Expired() const { return waiter_.IsSlow() && deadline_.Passed(); }
  // Whether it has passed by a quarter of it, or by a second.
  [[nodiscard]] bool ExpiredForLong() const;
  // Whether the stream does not want the call any longer; why, or null.
  [[nodiscard]] bool Aborted() const { return WhyAborted() != nullptr; }
  [[nodiscard]] const char* WhyAborted() const;

 private:
  const CallSide& side_;
  Waiter waiter_;
  const Deadline deadline_;
  WaitReport report_;
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_CALL_WAIT_H_
