#include "aclnnop/aclnn_moe_distribute_combine_v2.h"

#include <utility>

#include "capi/operator_guard.h"
#include "ops/executor.h"

using ferry::ops::CombineCall;
using ferry::ops::kCommAlgBytes;
using ferry::ops::kGroupNameBytes;
using ferry::ops::LookUpTensor;
using ferry::ops::StringArg;

aclnnStatus aclnnMoeDistributeCombineV2GetWorkspaceSize(
    const aclTensor* expandX, const aclTensor* expertIds, const aclTensor* assistInfoForCombine,
    const aclTensor* epSendCounts, const aclTensor* expertScales,
    const aclTensor* tpSendCountsOptional, const aclTensor* xActiveMaskOptional,
    const aclTensor* activationScaleOptional, const aclTensor* weightScaleOptional,
    const aclTensor* groupListOptional, const aclTensor* expandScalesOptional,
    const aclTensor* sharedExpertXOptional, const char* groupEp, int64_t epWorldSize,
    int64_t epRankId, int64_t moeExpertNum, const char* groupTp, int64_t tpWorldSize,
    int64_t tpRankId, int64_t expertShardType, int64_t sharedExpertNum, int64_t sharedExpertRankNum,
    int64_t globalBs, int64_t /*outDtype: any*/, int64_t commQuantMode,
    int64_t /*groupListType: any*/, const char* commAlg, aclTensor* xOut, uint64_t* workspaceSize,
    aclOpExecutor** executor) {
  return ferry::capi::OperatorGuard(__func__, nullptr, [&] {
    CombineCall call;
    call.expand_x = LookUpTensor(expandX);
    call.expert_ids = LookUpTensor(expertIds);
    call.assist_info = LookUpTensor(assistInfoForCombine);
    call.ep_send_counts = LookUpTensor(epSendCounts);
    call.expert_scales = LookUpTensor(expertScales);
    call.tp_send_counts = LookUpTensor(tpSendCountsOptional);
    call.active_mask = LookUpTensor(xActiveMaskOptional);
    call.activation_scale = LookUpTensor(activationScaleOptional);
    call.weight_scale = LookUpTensor(weightScaleOptional);
    call.group_list = LookUpTensor(groupListOptional);
    call.expand_scales = LookUpTensor(expandScalesOptional);
    call.shared_expert_x = LookUpTensor(sharedExpertXOptional);
    call.group_ep = StringArg(groupEp, kGroupNameBytes);
    call.ep_world_size = epWorldSize;
    call.ep_rank_id = epRankId;
    call.moe_expert_num = moeExpertNum;
    call.group_tp = StringArg(groupTp, kGroupNameBytes);
    call.tp_world_size = tpWorldSize;
    call.tp_rank_id = tpRankId;
    call.expert_shard_type = expertShardType;
    call.shared_expert_num = sharedExpertNum;
    call.shared_expert_rank_num = sharedExpertRankNum;
    call.global_bs = globalBs;
    call.comm_quant_mode = commQuantMode;
    call.comm_alg = StringArg(commAlg, kCommAlgBytes);
    call.x = LookUpTensor(xOut);
    call.workspace_size_given = workspaceSize != nullptr;
    call.executor_given = executor != nullptr;
    *executor = static_cast<aclOpExecutor*>(ferry::ops::PrepareExecutor(std::move(call)));
    *workspaceSize = ferry::ops::kWorkspaceSize;
  });
}

aclnnStatus aclnnMoeDistributeCombineV2(void* workspace, uint64_t workspaceSize,
                                        aclOpExecutor* executor, aclrtStream stream) {
  return ferry::capi::OperatorGuard(__func__, stream, [&] {
    ferry::ops::LaunchExecutor(ferry::ops::kCombineV2,
                               {workspace, workspaceSize, executor, stream});
  });
}
