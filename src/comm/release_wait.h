// The wait for the release's verdict, and everything that may end it.
#ifndef FERRY_COMM_RELEASE_WAIT_H_
#define FERRY_COMM_RELEASE_WAIT_H_

#include "comm/call_side.h"

namespace ferry::comm {

// Waits until the release that this rank has arrived at stands and nobody in this process reads its
// rows any longer: without limit for ranks of this process, up to the wait limit for others.
[[nodiscard]] ReleaseView WaitForRelease(const CallSide& side);

}  // namespace ferry::comm

#endif  // FERRY_COMM_RELEASE_WAIT_H_
