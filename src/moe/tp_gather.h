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

// Puts this rank's n rows of expandX and its running totals into the TP record.
void PublishOwnRows(const Rows& expand_x, const RowLayout& layout, comm::Group& tp,
                    comm::Record& record);

struct GatherPlan {
  const MoeConfig& config;
  std::int64_t own_rows = 0;  // n
  CopyHint hint = CopyHint::kCached;
};

// After the TP meeting: writes the peer's m rows behind the own n rows and the peer's running
// totals behind the own. Returns m. Throws Error{507015} if the rows of either rank of the pair do
// not fit; both compute that from the same records and so say the same.
std::int64_t GatherFromPeer(const GatherPlan& plan, const DispatchOutput& output, comm::Group& ep,
                            comm::Group& tp);

}  // namespace ferry::moe

#endif  // FERRY_MOE_TP_GATHER_H_
