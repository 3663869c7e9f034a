// From the arguments of combine to checked values: if CombineWork exists, it can run.
#ifndef FERRY_OPS_COMBINE_CONTRACT_H_
#define FERRY_OPS_COMBINE_CONTRACT_H_

#include <vector>

#include "comm/record.h"
#include "moe/combine.h"
#include "ops/combine_call.h"
#include "ops/folded_rows.h"

namespace ferry::ops {

struct CombineWork {
  moe::CombineInput input;
  moe::CombineOutput output;
  std::vector<comm::Attribute> agreement;
  std::optional<FoldedRows> shared_expert_x;  // when it is no matrix; then not in `input`
};

// Phase 1. Throws the first of its rows in CombineRules() that fails.
void CheckCombine(const CombineCall& call);

// Phase 2, of a call that phase 1 has accepted. Throws the first row that phase 2 adds and that
// fails.
[[nodiscard]] CombineWork PrepareCombine(const CombineCall& call);

}  // namespace ferry::ops

#endif  // FERRY_OPS_COMBINE_CONTRACT_H_
