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

// Throws the first failing row of CombineRules().
[[nodiscard]] CombineWork CheckCombine(const CombineCall& call);

}  // namespace ferry::ops

#endif  // FERRY_OPS_COMBINE_CONTRACT_H_
