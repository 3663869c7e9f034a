// The wait for the meeting's verdict, and everything that may end it.
#ifndef FERRY_COMM_VERDICT_WAIT_H_
#define FERRY_COMM_VERDICT_WAIT_H_

#include "comm/call_side.h"

namespace ferry::comm {

// Waits until the meeting that this rank has arrived at has a verdict. Gives the call up itself
// when another group of the call has failed, a rank has gone, the stream is aborted, or the wait
// limit has passed. Never returns an open meeting.
[[nodiscard]] MeetingView WaitForVerdict(const CallSide& side);

}  // namespace ferry::comm

#endif  // FERRY_COMM_VERDICT_WAIT_H_
