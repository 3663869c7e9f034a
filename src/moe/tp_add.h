// The TP part of combine: the two ranks of a pair add their partial rows.
#ifndef FERRY_MOE_TP_ADD_H_
#define FERRY_MOE_TP_ADD_H_

#include <cstdint>

#include "base/matrix.h"
#include "comm/group.h"
#include "comm/record.h"
#include "moe/held_rows.h"

namespace ferry::moe {

// Puts into the TP record the rows that this rank hands to its peer, [n, n + m) of `held_rows`
// (dense), and the number that it expects.
void PublishPeerRows(const ConstRows& held_rows, const HeldRows& held, comm::Record& record);

// After the TP meeting: sums[i] = the peer's i-th row + own[i], for the n rows of `own` (dense).
// Throws Error{507015} if a rank of the pair delivers another number of rows than the other needs;
// both look at the same records and so say the same. Does nothing if the input of a rank of the
// pair is bad: the meeting of that rank's EP group fails and says why.
void AddPeerRows(const ConstRows& own, const Rows& sums, std::int32_t ep_rank, comm::Group& tp);

}  // namespace ferry::moe

#endif  // FERRY_MOE_TP_ADD_H_
