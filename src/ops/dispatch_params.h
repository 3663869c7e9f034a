// The tensors of dispatch: name in rule ids, name in the C API, place in DispatchCall.
#ifndef FERRY_OPS_DISPATCH_PARAMS_H_
#define FERRY_OPS_DISPATCH_PARAMS_H_

#include "ops/dispatch_call.h"
#include "ops/tensor_rules.h"

namespace ferry::ops::dispatch {

using Param = TensorParam<DispatchCall>;

inline constexpr Param kX{"x", "x", &DispatchCall::x};
inline constexpr Param kExpertIds{"expertIds", "expertIds", &DispatchCall::expert_ids};
inline constexpr Param kScales{"scales", "scalesOptional", &DispatchCall::scales};
inline constexpr Param kMask{"xActiveMask", "xActiveMaskOptional", &DispatchCall::active_mask};
inline constexpr Param kExpertScales{"expertScales", "expertScalesOptional",
                                     &DispatchCall::expert_scales};
inline constexpr Param kExpandX{"expandX", "expandXOut", &DispatchCall::expand_x};
inline constexpr Param kDynamicScales{"dynamicScales", "dynamicScalesOut",
                                      &DispatchCall::dynamic_scales};
inline constexpr Param kAssistInfo{"assistInfo", "assistInfoForCombineOut",
                                   &DispatchCall::assist_info};
inline constexpr Param kExpertTokenNums{"expertTokenNums", "expertTokenNumsOut",
                                        &DispatchCall::expert_token_nums};
inline constexpr Param kEpRecvCounts{"epRecvCounts", "epRecvCountsOut",
                                     &DispatchCall::ep_recv_counts};
inline constexpr Param kTpRecvCounts{"tpRecvCounts", "tpRecvCountsOut",
                                     &DispatchCall::tp_recv_counts};
inline constexpr Param kExpandScales{"expandScales", "expandScalesOut",
                                     &DispatchCall::expand_scales};

inline constexpr Param kAll[] = {kX,
                                 kExpertIds,
                                 kScales,
                                 kMask,
                                 kExpertScales,
                                 kExpandX,
                                 kDynamicScales,
                                 kAssistInfo,
                                 kExpertTokenNums,
                                 kEpRecvCounts,
                                 kTpRecvCounts,
                                 kExpandScales};

inline bool Quantises(const DispatchCall& call) {
  return call.quantises();
}
inline bool HasTp(const DispatchCall& call) {
  return call.has_tp();
}

}  // namespace ferry::ops::dispatch

#endif  // FERRY_OPS_DISPATCH_PARAMS_H_
