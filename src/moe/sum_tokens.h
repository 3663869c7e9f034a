// Adds up the returned rows of each token.
#ifndef FERRY_MOE_SUM_TOKENS_H_
#define FERRY_MOE_SUM_TOKENS_H_

#include "base/matrix.h"
#include "moe/combine.h"
#include "moe/gather.h"

namespace ferry::moe {

// out[t] = sum over k of row(t, k) * expert_scales[t][k], then the shared experts' rows, then
// shared_expert_x[t], in this order. Every cell is filled. A row of `out` may be the same row of
// shared_expert_x, or apart from all rows that are read.
void SumTokens(const CombineInput& input, const CellTable& cells, const Rows& out);

}  // namespace ferry::moe

#endif  // FERRY_MOE_SUM_TOKENS_H_
