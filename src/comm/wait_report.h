// Reports a long wait while it lasts.
#ifndef FERRY_COMM_WAIT_REPORT_H_
#define FERRY_COMM_WAIT_REPORT_H_

#include "base/clock.h"
#include "comm/call_side.h"
#include "comm/presence.h"

namespace ferry::comm {

// Says on the board whom the rank waits for, for the reports of others. After the watchdog's time
// says it once on stderr, for all waits of this process at once: of many ranks that wait, one
// speaks.
class WaitReport {
 public:
  // Whom it waits for, the meeting and the release know; `others` where it waits for neither.
  WaitReport(const CallSide& side, Phase phase, Clock::time_point start, Ranks others = {});
  WaitReport(const WaitReport&) = delete;
  WaitReport& operator=(const WaitReport&) = delete;
  ~WaitReport();

  // To be called now and then while the wait lasts.
  void Look();
  // When Look has something to say next.
  [[nodiscard]] Clock::time_point next() const { return due_; }

 private:
  [[nodiscard]] Ranks Missing() const;
  void Speak(const Ranks& missing);

  const CallSide& side_;
  const Phase phase_;
  const Clock::time_point start_;
  const Ranks others_;
  Clock::time_point due_;  // of the watchdog line; max once it was printed, by this rank or another
  bool noted_ = false;     // on the board
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_WAIT_REPORT_H_
