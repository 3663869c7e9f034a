// Moves a receiver's rows from their owners into expandX.
#ifndef FERRY_MOE_PULL_H_
#define FERRY_MOE_PULL_H_

#include <cstdint>
#include <span>

#include "base/matrix.h"
#include "moe/config.h"
#include "moe/layout.h"
#include "moe/move_row.h"
#include "moe/routing.h"
#include "moe/row_writer.h"

namespace ferry::moe {

// What to move: the layout of `rank` and the plans of all sources by rank.
struct PullSource {
  const MoeConfig& config;
  std::int32_t rank = 0;
  const RowLayout& layout;
  std::span<const PeerPlan> plans;
};

// Fills expandX rows [0, n), with quantisation their scales, and assistInfo words [0, 3 * n). One
// pass over the blocks does both, because a peer's list is read only once. The caller fences if
// `hint` streams.
void PullRows(const PullSource& source, const PullTarget& target, CopyHint hint);

}  // namespace ferry::moe

#endif  // FERRY_MOE_PULL_H_
