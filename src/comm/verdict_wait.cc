#include "comm/verdict_wait.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "comm/call_wait.h"
#include "comm/presence.h"
#include "comm/report.h"

namespace ferry::comm {
namespace {

// The sentence of another group of the call that has failed already, in its meeting or, after GO,
// in its release: a rank there may know of a failure that this group never hears of.
std::optional<std::string> FailureElsewhere(const CallSide& side) {
  for (const CallSide& other : side.context->sides) {
    if (&other == &side) continue;
    const MeetingView view = ReadMeeting(other.board(), other.number);
    // Passed: given up so long ago that the slot serves a later call.
    if (view.verdict == Verdict::kFailed || view.verdict == Verdict::kPassed) {
      return FailureOf(other, view);
    }
    const ReleaseView release = ReadRelease(other.board(), other.number);
    if (release.failed) return FailureOf(other, release);
  }
  return std::nullopt;
}

// Who is missing now. A rank counts itself in a moment before it says so in its state: lists that
// do not match the count are read again a few times.
Ranks ListMissing(const CallSide& side) {
  constexpr int kTries = 100;
  Ranks missing;
  for (int i = 0; i < kTries; ++i) {
    missing = MissingAtMeeting(side.board(), side.number);
    const MeetingView view = ReadMeeting(side.board(), side.number);
    if (static_cast<std::int32_t>(missing.size()) <= side.board().size() - view.arrived) break;
    std::this_thread::yield();
  }
  return missing;
}

class VerdictWait {
 public:
  explicit VerdictWait(const CallSide& side) : side_(side), wait_(side, Phase::kMeeting) {}

  MeetingView Run() {
    Slot& slot = side_.board().slot(side_.number);
    for (;;) {
      // acquire: read before the verdict, so that a verdict given after our look ends the sleep.
      const std::uint32_t seen = slot.meet_wake.load(std::memory_order_acquire);
      const MeetingView view = ReadMeeting(side_.board(), side_.number);
      if (view.verdict != Verdict::kOpen) return view;
      const bool all_here = view.arrived == side_.board().size();
      if (!(all_here ? GiveUpOnDecider(view.by) : GiveUpOnMissing()))
        wait_.Pause(slot.meet_wake, seen);
    }
  }

 private:
  // True when the meeting has been failed and is to be read again.
  bool GiveUpOnMissing() {
    std::string sentence;
    if (const auto elsewhere = FailureElsewhere(side_)) {
      sentence = *elsewhere;
    } else if (const auto gone = WhyGone(side_.board(), side_.number)) {
      sentence = SentenceOf(side_, *gone);
    } else if (const char* const why = wait_.WhyAborted()) {
      sentence = SentenceOf(side_, fmt::format("rank {} gave up waiting: {}", side_.rank(), why));
    } else if (wait_.Expired()) {
      const Ranks missing = ListMissing(side_);
      // Those that wait themselves have waited for longer: they are about to give up, and know
      // better who is to blame.
      if (ThoseThatDoNotWait(side_.board(), missing).empty() && !wait_.ExpiredForLong())
        return false;
      sentence = SentenceOf(
          side_, TimeoutCause(side_.board(), missing, side_.member->options().wait_limit));
    } else {
      return false;
    }
    FailMeeting(side_, sentence, When::kSomebodyIsMissing);
    return true;
  }

  // Everybody has come, so the decider, rank `by`, is at work: a matter of microseconds, unless its
  // process has died or been stopped.
  bool GiveUpOnDecider(std::int32_t by) {
    if (by == side_.rank()) {  // it waits here: it has failed while it decided
      FailMeeting(side_, SentenceOf(side_, fmt::format("rank {} did not decide", by)),
                  When::kStillOpen);
      return true;
    }
    if (IsLocal(side_.board(), by)) return false;
    if (const auto gone = WhyGone(side_.board(), side_.number);
        gone && IsGone(side_.board(), by, side_.number)) {
      FailMeeting(side_, SentenceOf(side_, *gone), When::kStillOpen);
      return true;
    }
    if (!wait_.Expired() && !wait_.Aborted()) return false;
    const auto now = Clock::now();
    decider_deadline_ = std::min(decider_deadline_, now + kDecisionTime);
    if (now < decider_deadline_) return false;
    FailMeeting(side_, SentenceOf(side_, fmt::format("rank {} stopped while it decided", by)),
                When::kStillOpen);
    return true;
  }

  // What the decider gets, beyond the wait limit.
  static constexpr auto kDecisionTime = std::chrono::seconds(1);

  const CallSide& side_;
  CallWait wait_;
  Clock::time_point decider_deadline_ = Clock::time_point::max();
};

}  // namespace

MeetingView WaitForVerdict(const CallSide& side) {
  return VerdictWait(side).Run();
}

}  // namespace ferry::comm
