#include "comm/release_wait.h"

#include <fmt/core.h>

#include <algorithm>

#include "comm/call_wait.h"
#include "comm/presence.h"
#include "comm/publication.h"
#include "comm/report.h"

namespace ferry::comm {
namespace {

class ReleaseWait {
 public:
  explicit ReleaseWait(const CallSide& side) : side_(side), wait_(side, Phase::kReleasing) {}

  ReleaseView Run() {
    Slot& slot = side_.board().slot(side_.number);
    for (;;) {
      // acquire: read before the release word, so that an arrival after our look ends the sleep.
      const std::uint32_t seen = slot.release_wake.load(std::memory_order_acquire);
      const ReleaseView view = ReadRelease(side_.board(), side_.number);
      if (view.passed || view.count == side_.board().size()) return view;
      if (view.closed && !ReadHere()) return LeaveEarly(view);
      if (view.closed || !Close()) wait_.Pause(slot.release_wake, seen);
    }
  }

 private:
  // Whether a rank of this process still reads: it reads by pointer and must not be left behind.
  bool ReadHere() const {
    const Ranks readers = MissingAtRelease(side_.board(), side_.number);
    return std::any_of(readers.begin(), readers.end(),
                       [&](std::int32_t r) { return IsLocal(side_.board(), r); });
  }

  // Some rank has not arrived and never will in time: its rows may be gone, ours will change.
  ReleaseView LeaveEarly(const ReleaseView& view) const {
    WithdrawRecord(side_.board(), side_.rank(), side_.number);
    return view;
  }

  // Closes the release when only ranks are missing that need not be waited for; true when it did.
  bool Close() {
    // acquire: see Header::num_gone.
    const bool somebody_gone = side_.board().header().num_gone.load(std::memory_order_acquire) != 0;
    const bool patience_ends = wait_.Expired() || wait_.Aborted();
    if (!somebody_gone && !patience_ends) return false;
    const Ranks missing = MissingAtRelease(side_.board(), side_.number);
    Ranks dead;
    for (const std::int32_t r : missing) {
      if (IsGone(side_.board(), r, side_.number))
        dead.push_back(r);
      else if (!patience_ends || IsLocal(side_.board(), r))
        return false;
    }
    // A rank counts itself in a moment before it says so in its state; then all have arrived.
    if (ReadRelease(side_.board(), side_.number).Stands(side_.board().size())) return false;
    if (missing.empty())
      return CloseBecause("the board says that all have released, and counts less");
    if (dead != missing) WithdrawRecord(side_.board(), side_.rank(), side_.number);
    // Of several reasons a death is the one to name.
    return CloseBecause(dead.empty() ? WhyNoLonger(missing) : RankList(dead) + " terminated");
  }

  // Why this rank does not wait for `missing` any longer.
  std::string WhyNoLonger(const Ranks& missing) const {
    if (const char* const why = wait_.WhyAborted())
      return fmt::format("rank {} gave up waiting for {} to finish reading: {}", side_.rank(),
                         RankList(missing), why);
    const Ranks to_blame = ThoseThatDoNotWait(side_.board(), missing);
    return LateCause(side_.board(), to_blame.empty() ? missing : to_blame, "did not finish reading",
                     side_.member->options().wait_limit);
  }

  bool CloseBecause(const std::string& cause) {
    CloseRelease(side_.board(), side_.rank(), side_.number, SentenceOf(side_, cause));
    return true;
  }

  const CallSide& side_;
  CallWait wait_;
};

}  // namespace

ReleaseView WaitForRelease(const CallSide& side) {
  return ReleaseWait(side).Run();
}

}  // namespace ferry::comm
