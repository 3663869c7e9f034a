// The arguments of aclnnMoeDistributeDispatchV2GetWorkspaceSize, as a caller passed them.
#ifndef FERRY_OPS_DISPATCH_CALL_H_
#define FERRY_OPS_DISPATCH_CALL_H_

#include "ops/call.h"

namespace ferry::ops {

struct DispatchCall : MoeCall {
  OptionalTensor x;
  OptionalTensor scales;
  std::int64_t quant_mode = 0;
  std::int64_t expert_token_nums_type = 0;
  OptionalTensor expand_x;
  OptionalTensor dynamic_scales;
  OptionalTensor assist_info;
  OptionalTensor expert_token_nums;
  OptionalTensor ep_recv_counts;
  OptionalTensor tp_recv_counts;

  [[nodiscard]] std::int64_t num_tokens() const override { return Dim(x, 0); }
  [[nodiscard]] std::int64_t hidden() const override { return Dim(x, 1); }
  [[nodiscard]] bool is_fullmesh_v2() const { return comm_alg.text == "fullmesh_v2"; }
  [[nodiscard]] bool quantises() const { return quant_mode == 2; }
  [[nodiscard]] WindowForm window_form() const override {
    return is_fullmesh_v2() ? WindowForm::kFullmeshV2 : WindowForm::kFullmeshV1;
  }
};

}  // namespace ferry::ops

#endif  // FERRY_OPS_DISPATCH_CALL_H_
