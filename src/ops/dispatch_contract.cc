#include "ops/dispatch_contract.h"

#include "ops/agreement.h"
#include "ops/call_text.h"
#include "ops/dispatch_rules.h"
#include "ops/mask_view.h"
#include "ops/tensor_view.h"

namespace ferry::ops {
namespace {

moe::DispatchInput InputOf(const DispatchCall& call) {
  moe::DispatchInput input = {.config = call.Config(call.x->dtype),
                              .x = AsConst(AsRows(*call.x)),
                              .expert_ids = AsMatrix<const std::int32_t>(*call.expert_ids),
                              .mask = AsMask(call.active_mask)};
  input.config.quantization = static_cast<moe::Quantization>(call.quant_mode);
  if (call.scales) input.smooth_scales = AsMatrix<const float>(*call.scales);
  return input;
}

moe::DispatchOutput OutputOf(const DispatchCall& call) {
  moe::DispatchOutput output = {
      .expand_x = AsRows(*call.expand_x),
      .assist_info = AsVector<std::int32_t>(*call.assist_info),
      .expert_token_nums = AsVector<std::int64_t>(*call.expert_token_nums),
      .counts_type = static_cast<moe::CountsType>(call.expert_token_nums_type),
      .ep_recv_counts = AsVector<std::int32_t>(*call.ep_recv_counts),
      .tp_recv_counts = {}};
  if (call.has_tp()) output.tp_recv_counts = AsVector<std::int32_t>(*call.tp_recv_counts);
  if (call.quantises()) output.dynamic_scales = AsVector<float>(*call.dynamic_scales);
  return output;
}

}  // namespace

void CheckDispatch(const DispatchCall& call) {
  RequireAll(DispatchRules(), call);
}

DispatchWork PrepareDispatch(const DispatchCall& call) {
  RequireAllAtLaunch(DispatchRules(), call);
  return {.input = InputOf(call),
          .output = OutputOf(call),
          .agreement = AgreementOf(call, {.name = "dispatch",
                                          .rows_name = "x",
                                          .rows_type = call.x->dtype,
                                          .quant_name = "quantMode",
                                          .quant_mode = call.quant_mode})};
}

}  // namespace ferry::ops
