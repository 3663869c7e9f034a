#include "comm/call_group.h"

#include <fmt/core.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/jitter.h"
#include "comm/call_wait.h"
#include "comm/liveness.h"
#include "comm/presence.h"
#include "comm/publication.h"
#include "comm/release_wait.h"
#include "comm/report.h"
#include "comm/staging.h"
#include "comm/verdict.h"
#include "comm/verdict_wait.h"
#include "comm/wait_report.h"

namespace ferry::comm {

CallGroup::CallGroup(const CallSide& side) : side_(side) {
  NoteOperator(side_);
  SetPhase(side_, Phase::kWorking);
}

CallGroup::~CallGroup() {
  SetPhase(side_, Phase::kIdle);
}

void CallGroup::Expect(Stage stage, const char* step) const {
  // A mistake of the operator, not of its caller.
  Require(stage_ == stage, Code::kRtAicoreException, "{} out of order in call {} on group \"{}\"",
          step, side_.number, side_.member->name());
}

void CallGroup::Publish(const Record& record) {
  if (stage_ != Stage::kPublished) Expect(Stage::kNew, "Publish");
  jitter::At(jitter::Step::kPublish, side_.rank(), side_.number);
  WriteRecord(side_.board(), side_.rank(), side_.number, record, ShareParts(record, *side_.member));
  stage_ = Stage::kPublished;
}

void CallGroup::Meet() {
  Expect(Stage::kPublished, "Meet");
  jitter::At(jitter::Step::kMeet, side_.rank(), side_.number);
  MeetingView view = ReadMeeting(side_.board(), side_.number);
  if (view.verdict == Verdict::kOpen) {
    // Known to be hopeless: say so rather than let the others wait for the last to come.
    if (const auto gone = WhyGone(side_.board(), side_.number))
      view = FailMeeting(side_, SentenceOf(side_, *gone), When::kSomebodyIsMissing);
  }
  if (view.verdict == Verdict::kOpen) view = ArriveAndDecide();
  if (view.verdict == Verdict::kOpen) {
    SetPhase(side_, Phase::kMeeting);
    const Clock::time_point start = Clock::now();
    view = WaitForVerdict(side_);
    if (view.verdict == Verdict::kGo)
      side_.member->traffic().AddWait(view.by, Clock::now() - start);
  }
  TakeVerdict(view);
  if (stage_ == Stage::kFailed) throw CallFailed(failure_);
  jitter::At(jitter::Step::kMove, side_.rank(), side_.number);
}

// Counts this rank in and, if it is the last, decides.
MeetingView CallGroup::ArriveAndDecide() {
  const MeetingView view = Arrive(side_.board(), side_.rank(), side_.number);
  stage_ = Stage::kArrived;
  if (view.verdict != Verdict::kOpen || view.arrived < size()) return view;
  std::string cause = FindCause(side_.board(), side_.number);
  if (cause.empty()) cause = WhyGone(side_.board(), side_.number).value_or("");
  if (cause.empty()) return Decide(side_.board(), side_.rank(), side_.number, "");
  return FailMeeting(side_, SentenceOf(side_, cause), When::kStillOpen);
}

void CallGroup::TakeVerdict(const MeetingView& view) {
  if (view.verdict != Verdict::kGo) {
    failure_ = FailureOf(side_, view);
    stage_ = Stage::kFailed;
    return;
  }
  stage_ = Stage::kGo;
  SetPhase(side_, Phase::kMoving);
}

PeerRecord CallGroup::Peer(std::int32_t rank) const {
  Expect(Stage::kGo, "Peer");
  const ScratchSource& shared = side_.member->scratch().source();
  if (!IsLocal(side_.board(), rank) && !shared.Reaches(side_.board(), rank)) Reach(rank);
  try {
    PeerRecord record = ReadPeer(side_.board(), rank, side_.number, shared);
    if (record.staged != 0 && staging_.insert(rank).second)
      side_.member->traffic().AddStagedBy(rank, record.staged);
    return record;
  } catch (const Error&) {
    // Who takes rows back mostly has failed the call before, and has said why.
    const ReleaseView release = ReadRelease(side_.board(), side_.number);
    if (RecordStands(side_.board(), rank, side_.number) || !release.failed) throw;
    throw CallFailed(FailureOf(side_, release));
  }
}

// Asks the process of `rank` for its memory, once in a group's life. A process that is stopped is
// late, not dead, so it is given what a call waits for a peer.
void CallGroup::Reach(std::int32_t rank) const {
  WaitReport report(side_, Phase::kMoving, Clock::now(), {rank});
  const Deadline deadline = DeadlineOf(side_);
  const auto pointless = [&] {
    WatchPeers(side_.member->shared_board());
    report.Look();
    return IsGone(side_.board(), rank, side_.number) || side_.context->abort->IsRaised();
  };
  try {
    side_.member->scratch().source().Reach(side_.board(), rank, {deadline, pointless});
  } catch (const Error& error) {
    if (error.code() != Code::kHcclRemote) throw;
    throw Error(Code::kRtAicoreException, WhyNotReached(rank, deadline, error.message()));
  }
}

std::string CallGroup::WhyNotReached(std::int32_t rank, const Deadline& deadline,
                                     const std::string& why) const {
  if (const char* const aborted = side_.context->abort->why())
    return fmt::format("rank {} gave up waiting for the memory of rank {}: {}", side_.rank(), rank,
                       aborted);
  if (deadline.Passed() && !IsGone(side_.board(), rank, side_.number)) {
    side_.context->out_of_patience = true;
    return LateCause(side_.board(), {rank}, "did not give access to its memory",
                     side_.member->options().wait_limit);
  }
  // A process that does not give its memory has mostly just died. Its death is noticed in a moment,
  // and then it is the cause to name.
  WatchPeers(side_.member->shared_board());
  const Deadline noticed = Deadline::After(std::chrono::seconds(1));
  while (!IsGone(side_.board(), rank, side_.number) && !noticed.Passed())
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return WhyGone(side_.board(), side_.number)
      .value_or(
          fmt::format("rank {} cannot reach the memory of rank {}: {}", side_.rank(), rank, why));
}

void CallGroup::Release() {
  Expect(Stage::kGo, "Release");
  jitter::At(jitter::Step::kRelease, side_.rank(), side_.number);
  const std::string withdrawn = WithdrawnPeer();
  ArriveAtRelease(side_.board(), side_.rank(), side_.number, withdrawn);
  stage_ = Stage::kReleasing;
  AwaitRelease();
  if (stage_ == Stage::kFailed) throw CallFailed(failure_);
}

// The sentence for a peer process that has stopped waiting for this one; what was read of its rows
// may be of a later call then.
std::string CallGroup::WithdrawnPeer() const {
  for (std::int32_t r = 0; r < size(); ++r) {
    if (IsLocal(side_.board(), r) || RecordStands(side_.board(), r, side_.number)) continue;
    return SentenceOf(side_, fmt::format("rank {} did not finish reading in time", rank()));
  }
  return {};
}

void CallGroup::AwaitRelease() {
  SetPhase(side_, Phase::kReleasing);
  const Clock::time_point start = Clock::now();
  const ReleaseView view = WaitForRelease(side_);
  side_.member->traffic().AddReleaseWait(Clock::now() - start);
  failure_ = FailureOf(side_, view);
  stage_ = failure_.empty() ? Stage::kFinished : Stage::kFailed;
}

std::byte* CallGroup::ScratchFor(Scratch slot, std::size_t bytes) {
  return side_.member->scratch().Get(slot, bytes);
}

void CallGroup::CountRead(std::int32_t peer, std::uint64_t rows, std::uint64_t bytes) {
  side_.member->traffic().AddRead(peer, rows, bytes);
}

void CallGroup::Commit(const void* begin, std::size_t bytes) {
  side_.member->scratch().source().Commit(begin, bytes);
}

void CallGroup::GiveFailure(const std::string& sentence) {
  if (stage_ <= Stage::kArrived) {
    MeetingView view = FailMeeting(side_, sentence, When::kSomebodyIsMissing);
    // Everybody has arrived, this rank included: it may leave only after the decider has decided.
    if (view.verdict == Verdict::kOpen) view = WaitForVerdict(side_);
    TakeVerdict(view);
  }
  if (stage_ == Stage::kGo) {
    ArriveAtRelease(side_.board(), side_.rank(), side_.number, sentence);
    stage_ = Stage::kReleasing;
  }
}

void CallGroup::End() {
  if (stage_ == Stage::kReleasing) AwaitRelease();
}

}  // namespace ferry::comm
