// One board's side of a running call, and what the sides of a call share.
#ifndef FERRY_COMM_CALL_SIDE_H_
#define FERRY_COMM_CALL_SIDE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/abort_flag.h"
#include "comm/meeting.h"
#include "comm/member.h"
#include "comm/release.h"

namespace ferry::comm {

struct CallSide;

struct CallContext {
  std::string operator_name;
  const AbortFlag* abort = nullptr;  // raised once the stream no longer wants the call
  std::vector<CallSide> sides;       // EP, then TP if there is one
  // A wait of the call has reached its limit: no later one waits for another process. Of the thread
  // that runs the call.
  mutable bool out_of_patience = false;
};

struct CallSide {
  Member* member = nullptr;
  std::uint64_t number = 0;
  const CallContext* context = nullptr;

  [[nodiscard]] Board& board() const { return member->board(); }
  [[nodiscard]] std::int32_t rank() const { return member->rank(); }
};

// Says on the board what this rank does, and which operator, for the reports of others.
void NoteOperator(const CallSide& side);
void SetPhase(const CallSide& side, Phase phase);

// The sentence of a call of this side that fails for `cause`.
[[nodiscard]] std::string SentenceOf(const CallSide& side, std::string_view cause);

// Why the meeting failed, or has passed; the full sentence.
[[nodiscard]] std::string FailureOf(const CallSide& side, const MeetingView& view);
// Why the release failed, or has passed; empty when it did not.
[[nodiscard]] std::string FailureOf(const CallSide& side, const ReleaseView& view);

// FailMeeting with this rank's text buffer locked: a running and a dropped call share it.
MeetingView FailMeeting(const CallSide& side, const std::string& sentence, When when);

}  // namespace ferry::comm

#endif  // FERRY_COMM_CALL_SIDE_H_
