// The tensors of combine: name in rule ids, name in the C API, place in CombineCall.
#ifndef FERRY_OPS_COMBINE_PARAMS_H_
#define FERRY_OPS_COMBINE_PARAMS_H_

#include "ops/combine_call.h"
#include "ops/tensor_rules.h"

namespace ferry::ops::combine {

using Param = TensorParam<CombineCall>;

inline constexpr Param kExpandX{"expandX", "expandX", &CombineCall::expand_x};
inline constexpr Param kExpertIds{"expertIds", "expertIds", &CombineCall::expert_ids};
inline constexpr Param kAssistInfo{"assistInfo", "assistInfoForCombine", &CombineCall::assist_info};
inline constexpr Param kEpSendCounts{"epSendCounts", "epSendCounts", &CombineCall::ep_send_counts};
inline constexpr Param kExpertScales{"expertScales", "expertScales", &CombineCall::expert_scales};
inline constexpr Param kTpSendCounts{"tpSendCounts", "tpSendCountsOptional",
                                     &CombineCall::tp_send_counts};
inline constexpr Param kMask{"xActiveMask", "xActiveMaskOptional", &CombineCall::active_mask};
inline constexpr Param kActivationScale{"activationScale", "activationScaleOptional",
                                        &CombineCall::activation_scale};
inline constexpr Param kWeightScale{"weightScale", "weightScaleOptional",
                                    &CombineCall::weight_scale};
inline constexpr Param kGroupList{"groupList", "groupListOptional", &CombineCall::group_list};
inline constexpr Param kExpandScales{"expandScales", "expandScalesOptional",
                                     &CombineCall::expand_scales};
inline constexpr Param kSharedExpertX{"sharedExpertX", "sharedExpertXOptional",
                                      &CombineCall::shared_expert_x};
inline constexpr Param kXOut{"x", "xOut", &CombineCall::x};

// All whose contents or description are looked at; the three others must be null.
inline constexpr Param kExamined[] = {kExpandX,       kExpertIds,    kAssistInfo, kEpSendCounts,
                                      kExpertScales,  kTpSendCounts, kMask,       kExpandScales,
                                      kSharedExpertX, kXOut};

inline constexpr Param kAll[] = {kExpandX,      kExpertIds,    kAssistInfo,   kEpSendCounts,
                                 kExpertScales, kTpSendCounts, kMask,         kActivationScale,
                                 kWeightScale,  kGroupList,    kExpandScales, kSharedExpertX,
                                 kXOut};

inline bool HasTp(const CombineCall& call) {
  return call.has_tp();
}

}  // namespace ferry::ops::combine

#endif  // FERRY_OPS_COMBINE_PARAMS_H_
