#include "ops/combine_contract.h"

#include "ops/agreement.h"
#include "ops/call_text.h"
#include "ops/combine_rules.h"
#include "ops/mask_view.h"
#include "ops/tensor_view.h"

namespace ferry::ops {
namespace {

moe::CombineInput InputOf(const CombineCall& call) {
  moe::CombineInput input = {.config = call.Config(call.expand_x->dtype),
                             .expand_x = AsConst(AsRows(*call.expand_x)),
                             .expert_ids = AsMatrix<const std::int32_t>(*call.expert_ids),
                             .assist_info = AsVector<const std::int32_t>(*call.assist_info),
                             .ep_send_counts = AsVector<const std::int32_t>(*call.ep_send_counts),
                             .tp_send_counts = {},
                             .expert_scales = AsMatrix<const float>(*call.expert_scales),
                             .shared_expert_x = {},
                             .mask = AsMask(call.active_mask)};
  input.config.transport = static_cast<moe::Transport>(call.comm_quant_mode);
  if (call.has_tp()) input.tp_send_counts = AsVector<const std::int32_t>(*call.tp_send_counts);
  return input;
}

}  // namespace

void CheckCombine(const CombineCall& call) {
  RequireAll(CombineRules(), call);
}

CombineWork PrepareCombine(const CombineCall& call) {
  RequireAllAtLaunch(CombineRules(), call);
  CombineWork work = {.input = InputOf(call),
                      .output = {.x = AsRows(*call.x)},
                      .agreement = AgreementOf(call, {.name = "combine",
                                                      .rows_name = "expandX",
                                                      .rows_type = call.expand_x->dtype,
                                                      .quant_name = "commQuantMode",
                                                      .quant_mode = call.comm_quant_mode}),
                      .shared_expert_x = {}};
  if (call.shared_expert_x) {
    const FoldedRows folded = FoldRows(*call.shared_expert_x);
    work.input.shared_expert_x = folded.AsMatrixRows();
    if (!work.input.shared_expert_x) work.shared_expert_x = folded;
  }
  return work;
}

}  // namespace ferry::ops
