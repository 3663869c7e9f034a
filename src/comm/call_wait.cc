#include "comm/call_wait.h"

#include <algorithm>

#include "base/cpu.h"
#include "comm/liveness.h"

namespace ferry::comm {
namespace {

WaiterOptions OptionsFor(const CallSide& side) {
  WaiterOptions options;
  options.spin = side.board().CountLocalRanks() <= UsableCores();
  // A failure on another board of the call does not wake this one's sleepers.
  if (side.context->sides.size() > 1) options.longest_sleep = std::chrono::milliseconds(100);
  return options;
}

}  // namespace

Deadline DeadlineOf(const CallSide& side) {
  if (side.context->out_of_patience) return Deadline::After(std::chrono::seconds(0));
  const std::chrono::nanoseconds limit = side.member->options().wait_limit;
  return limit > limit.zero() ? Deadline::After(limit) : Deadline::Never();
}

CallWait::CallWait(const CallSide& side, Phase phase)
    : side_(side),
      waiter_(OptionsFor(side)),
      deadline_(DeadlineOf(side)),
      report_(side, phase, waiter_.start()) {}

void CallWait::Pause(std::atomic<std::uint32_t>& wake, std::uint32_t seen) {
  if (waiter_.IsSlow()) {
    WatchPeers(side_.member->shared_board());
    report_.Look();
  }
  // A limit that has passed and did not end the wait must not turn it into polling.
  const Clock::time_point limit = Expired() ? Clock::time_point::max() : deadline_.time();
  waiter_.Pause(wake, seen, std::min(limit, report_.next()));
}

bool CallWait::ExpiredForLong() const {
  const std::chrono::nanoseconds limit = side_.member->options().wait_limit;
  const std::chrono::nanoseconds more =
      std::min<std::chrono::nanoseconds>(limit / 4, std::chrono::seconds(1));
  return Expired() && Clock::now() - deadline_.time() >= more;
}

const char* CallWait::WhyAborted() const {
  return side_.context->abort->why();
}

}  // namespace ferry::comm
