// The TP part of dispatch: each rank of a TP pair also gets the rows of the other.
#ifndef FERRY_MOE_TP_GATHER_H_
#define FERRY_MOE_TP_GATHER_H_

#include <cstdint>

#include "base/matrix.h"
#include "comm/group.h"
#include "comm/record.h"
#include "moe/config.h"
#include "moe/dispatch.h"
#include "moe/layout.h"
#include "moe/move_row.h"

namespace ferry::moe {

// The outputs of dispatch, of which the rank's own part is filled.
struct OwnPart {
  const MoeConfig& config;
  const RowLayout& layout;  // of the n own rows
  const DispatchOutput& output;
};

// Puts the own rows of expandX, with quantisation their scales, and the running totals into the TP
// record.
void PublishOwnRows(const OwnPart& own, comm::Group& tp, comm::Record& record);

// After the TP meeting: writes the peer's m rows, and their scales, behind the own n rows and the
// peer's running totals behind the own; nothing is computed again. Returns m. Throws Error{507015}
// if the rows of either rank of the pair do not fit; both compute that from the same records and so
// say the same.
std::int64_t GatherFromPeer(const OwnPart& own, CopyHint hint, comm::Group& ep, comm::Group& tp);

}  // namespace ferry::moe

#endif  // FERRY_MOE_TP_GATHER_H_
