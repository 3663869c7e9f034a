// The meeting of one call: ranks arrive, the last one decides, and there is one verdict.
//
// The meet word of a slot holds {number:32 | verdict:2 | by:14 | arrived:16}. Numbers are compared
// as a ring, so that the 2^32nd call follows the one before. A slot whose number is older than a
// call has not seen that call yet; one whose number is newer has forgotten it.
#ifndef FERRY_COMM_MEETING_H_
#define FERRY_COMM_MEETING_H_

#include <cstdint>
#include <string>

#include "comm/board.h"

namespace ferry::comm {

enum class Verdict : std::uint8_t {
  kOpen = 0,
  kGo = 1,
  kFailed = 2,
  kPassed = 3,  // never stored: the slot belongs to a later call, this one was given up long ago
};

// A meeting as it stood at one moment.
struct MeetingView {
  Verdict verdict = Verdict::kOpen;
  std::int32_t by = 0;       // kFailed: whose text says why; else the last to arrive
  std::int32_t arrived = 0;  // ranks
};

[[nodiscard]] MeetingView ReadMeeting(const Board& board, std::uint64_t number);

// Counts `rank` in. What comes back is the meeting after the arrival: when it is open and everybody
// has arrived, the caller is the decider. A meeting that has failed is left as it is.
MeetingView Arrive(Board& board, std::int32_t rank, std::uint64_t number);

// The decider's verdict: GO, or FAILED with `failure` (a full sentence) unless empty. What comes
// back is the verdict that stands, which somebody else may have forced.
MeetingView Decide(Board& board, std::int32_t rank, std::uint64_t number,
                   const std::string& failure);

enum class When : std::uint8_t {
  kSomebodyIsMissing,  // once all have arrived, only the decider decides
  kStillOpen,          // the decider has died or does not run
};

// Gives the call up with `sentence` on behalf of `rank`, which must be its process's only writer of
// failure texts at the moment. What comes back is the meeting as it stands then; it is still open
// when `when` forbids.
MeetingView FailMeeting(Board& board, std::int32_t rank, std::uint64_t number,
                        const std::string& sentence, When when);

}  // namespace ferry::comm

#endif  // FERRY_COMM_MEETING_H_
