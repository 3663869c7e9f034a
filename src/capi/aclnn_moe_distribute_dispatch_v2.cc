#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"

#include <utility>

#include "capi/operator_guard.h"
#include "ops/executor.h"

using ferry::ops::DispatchCall;
using ferry::ops::kCommAlgBytes;
using ferry::ops::kGroupNameBytes;
using ferry::ops::LookUpTensor;
using ferry::ops::StringArg;

aclnnStatus aclnnMoeDistributeDispatchV2GetWorkspaceSize(
    const aclTensor* x, const aclTensor* expertIds, const aclTensor* scalesOptional,
    const aclTensor* xActiveMaskOptional, const aclTensor* expertScalesOptional,
    const char* groupEp, int64_t epWorldSize, int64_t epRankId, int64_t moeExpertNum,
    const char* groupTp, int64_t tpWorldSize, int64_t tpRankId, int64_t expertShardType,
    int64_t sharedExpertNum, int64_t sharedExpertRankNum, int64_t quantMode, int64_t globalBs,
    int64_t expertTokenNumsType, const char* commAlg, aclTensor* expandXOut,
    aclTensor* dynamicScalesOut, aclTensor* assistInfoForCombineOut, aclTensor* expertTokenNumsOut,
    aclTensor* epRecvCountsOut, aclTensor* tpRecvCountsOut, aclTensor* expandScalesOut,
    uint64_t* workspaceSize, aclOpExecutor** executor) {
  return ferry::capi::OperatorGuard(__func__, nullptr, [&] {
    DispatchCall call;
    call.x = LookUpTensor(x);
    call.expert_ids = LookUpTensor(expertIds);
    call.scales = LookUpTensor(scalesOptional);
    call.active_mask = LookUpTensor(xActiveMaskOptional);
    call.expert_scales = LookUpTensor(expertScalesOptional);
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
    call.quant_mode = quantMode;
    call.global_bs = globalBs;
    call.expert_token_nums_type = expertTokenNumsType;
    call.comm_alg = StringArg(commAlg, kCommAlgBytes);
    call.expand_x = LookUpTensor(expandXOut);
    call.dynamic_scales = LookUpTensor(dynamicScalesOut);
    call.assist_info = LookUpTensor(assistInfoForCombineOut);
    call.expert_token_nums = LookUpTensor(expertTokenNumsOut);
    call.ep_recv_counts = LookUpTensor(epRecvCountsOut);
    call.tp_recv_counts = LookUpTensor(tpRecvCountsOut);
    call.expand_scales = LookUpTensor(expandScalesOut);
    call.workspace_size_given = workspaceSize != nullptr;
    call.executor_given = executor != nullptr;
    *executor = static_cast<aclOpExecutor*>(ferry::ops::PrepareExecutor(std::move(call)));
    *workspaceSize = ferry::ops::kWorkspaceSize;
  });
}

aclnnStatus aclnnMoeDistributeDispatchV2(void* workspace, uint64_t workspaceSize,
                                         aclOpExecutor* executor, aclrtStream stream) {
  return ferry::capi::OperatorGuard(__func__, stream, [&] {
    ferry::ops::LaunchExecutor(ferry::ops::kDispatchV2,
                               {workspace, workspaceSize, executor, stream});
  });
}
