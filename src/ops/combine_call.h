// The arguments of aclnnMoeDistributeCombineV2GetWorkspaceSize, as a caller passed them.
//
// outDtype and groupListType are not here: every value of them is accepted and none has an effect.
#ifndef FERRY_OPS_COMBINE_CALL_H_
#define FERRY_OPS_COMBINE_CALL_H_

#include "ops/call.h"

namespace ferry::ops {

struct CombineCall : MoeCall {
  OptionalTensor expand_x;
  OptionalTensor assist_info;
  OptionalTensor ep_send_counts;
  OptionalTensor tp_send_counts;
  OptionalTensor activation_scale;
  OptionalTensor weight_scale;
  OptionalTensor group_list;
  OptionalTensor shared_expert_x;
  std::int64_t comm_quant_mode = 0;
  OptionalTensor x;  // xOut

  [[nodiscard]] std::int64_t num_tokens() const override { return Dim(expert_ids, 0); }
  [[nodiscard]] std::int64_t hidden() const override { return Dim(expand_x, 1); }
};

}  // namespace ferry::ops

#endif  // FERRY_OPS_COMBINE_CALL_H_
