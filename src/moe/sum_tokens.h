// Adds up the returned rows of each token.
#ifndef FERRY_MOE_SUM_TOKENS_H_
#define FERRY_MOE_SUM_TOKENS_H_

#include "base/matrix.h"
#include "moe/active_mask.h"
#include "moe/combine.h"
#include "moe/gather.h"

namespace ferry::moe {

// What was returned to this rank. The cells of active pairs and of their tokens' shared experts are
// filled; others are not looked at.
struct ReturnedRows {
  const ActivePairs& active;
  const CellTable& cells;
};

// As the transport of the configuration delivers them, see spec combine.md section 9.1: for each
// active token t, out[t] = sum over active k of row(t, k) * expert_scales[t][k], then the
// shared experts' rows, then shared_expert_x[t], in this order. A row of `out` may be the same row
// of shared_expert_x, or apart from all rows that are read.
void SumTokens(const CombineInput& input, const ReturnedRows& returned, const Rows& out);

}  // namespace ferry::moe

#endif  // FERRY_MOE_SUM_TOKENS_H_
