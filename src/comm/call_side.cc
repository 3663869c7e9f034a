#include "comm/call_side.h"

#include <fmt/core.h>

#include <optional>

#include "base/clock.h"
#include "comm/verdict.h"

namespace ferry::comm {
namespace {

// The slot has been taken by a later call, or the text by a later failure of its writer.
std::string TooLate(const CallSide& side) {
  return SentenceOf(
      side, fmt::format("rank {} came too late, the call was given up long ago", side.rank()));
}

// What `text` says of the call; a text that says nothing cannot be its writer's.
std::string TextOf(const CallSide& side, const FailureText& text) {
  const std::string sentence = text.Read(side.number).value_or("");
  return sentence.empty() ? TooLate(side) : sentence;
}

}  // namespace

void NoteOperator(const CallSide& side) {
  side.board().rank(side.rank()).operation.Write(side.number, side.context->operator_name);
}

void SetPhase(const CallSide& side, Phase phase) {
  RankState& state = side.board().rank(side.rank());
  // relaxed: for reports only.
  state.activity_since.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
  state.activity.store((static_cast<std::uint64_t>(phase) << 56) | side.number,
                       std::memory_order_relaxed);
}

std::string SentenceOf(const CallSide& side, std::string_view cause) {
  return FailureSentence(side.context->operator_name, side.number, side.member->name(), cause);
}

std::string FailureOf(const CallSide& side, const MeetingView& view) {
  if (view.verdict == Verdict::kPassed) return TooLate(side);
  return TextOf(side, side.board().meet_text(view.by, side.number));
}

std::string FailureOf(const CallSide& side, const ReleaseView& view) {
  if (view.passed) return TooLate(side);
  if (!view.failed) return {};
  return TextOf(side, side.board().release_text(view.by, side.number));
}

MeetingView FailMeeting(const CallSide& side, const std::string& sentence, When when) {
  const std::lock_guard lock(side.member->text_mutex());
  return FailMeeting(side.board(), side.rank(), side.number, sentence, when);
}

}  // namespace ferry::comm
