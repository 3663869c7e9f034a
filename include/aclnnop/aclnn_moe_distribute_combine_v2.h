/* MoE combine: the experts' rows back to their tokens, summed with the tokens' weights. */
#ifndef FERRY_ACLNNOP_ACLNN_MOE_DISTRIBUTE_COMBINE_V2_H_
#define FERRY_ACLNNOP_ACLNN_MOE_DISTRIBUTE_COMBINE_V2_H_

#include "aclnn/aclnn_base.h"

/* Beside this file, or in aclnnop/ when this file is offered in an operator's own tree. */
#if __has_include("aclnn_util.h")
#include "aclnn_util.h"
#else
#include "aclnnop/aclnn_util.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Returns each expert row to the rank of its token and sums. First phase: checks the arguments.
 *
 *   expandX                [>= tp * A, H]     f16|bf16  rows of dispatch after the experts' work
 *   expertIds              [Bs, K]            i32       as given to dispatch
 *   assistInfoForCombine   [>= A * 128]       i32       of dispatch
 *   epSendCounts           [>= ep * local experts * tp]
 *                                             i32       epRecvCounts of dispatch
 *   expertScales           [Bs, K]            f32       weight of each (token, k)
 *   tpSendCountsOptional   [2] with TP        i32       tpRecvCounts of dispatch; else ignored
 *   xActiveMaskOptional    [Bs] or [Bs, K]    bool      who takes part; null: all
 *   activationScaleOptional, weightScaleOptional, groupListOptional       must be null
 *   expandScalesOptional                                A2; ignored on A3
 *   sharedExpertXOptional  [Bs, H] or [a, b, H]
 *                                             as expandX  added last, with weight 1; only without
 *                                                         shared expert ranks; a * b = Bs
 *   xOut                   [Bs, H]        out as expandX  sum over k ascending, then over shared
 *                                                         experts, in binary32, rounded once; rows
 *                                                         of inactive tokens are left alone
 *
 * Tensors may be strided. xOut may be the tensor that dispatch read as x, expandX, or
 * sharedExpertX. A and the attributes up to globalBs are those of dispatch, and
 *
 *   outDtype, groupListType   any; ignored
 *   commQuantMode             0 none, 2 int8 transport (without TP)
 *   commAlg                   any; must agree over the ranks
 *   workspaceSize         out bytes that the second phase wants
 *   executor              out for the second phase; set only on success
 *
 * This version refuses product A2 with a message that says "not yet".
 * Errors: 161001 a mandatory pointer is null, or groupEp is empty; 161002 a data type, or a name
 * that is too long; 361001 a name that is no communicator of the current device; 561002 a shape or
 * value outside the limits. aclGetRecentErrMsg names argument, value and range.
 * Source: the CANN interface document of the operator; combine specification, sections 2 to 4. */
ACLNN_API aclnnStatus aclnnMoeDistributeCombineV2GetWorkspaceSize(
    const aclTensor* expandX, const aclTensor* expertIds, const aclTensor* assistInfoForCombine,
    const aclTensor* epSendCounts, const aclTensor* expertScales,
    const aclTensor* tpSendCountsOptional, const aclTensor* xActiveMaskOptional,
    const aclTensor* activationScaleOptional, const aclTensor* weightScaleOptional,
    const aclTensor* groupListOptional, const aclTensor* expandScalesOptional,
    const aclTensor* sharedExpertXOptional, const char* groupEp, int64_t epWorldSize,
    int64_t epRankId, int64_t moeExpertNum, const char* groupTp, int64_t tpWorldSize,
    int64_t tpRankId, int64_t expertShardType, int64_t sharedExpertNum, int64_t sharedExpertRankNum,
    int64_t globalBs, int64_t outDtype, int64_t commQuantMode, int64_t groupListType,
    const char* commAlg, aclTensor* xOut, uint64_t* workspaceSize, aclOpExecutor** executor);

/* Second phase: queues the combine.
 *
 *   workspace, workspaceSize   device memory of at least the size of the first phase; null and 0
 *                              where that was 0
 *   executor                   consumed, unless it was made repeatable
 *   stream                     null: default stream of the current context
 *
 * Collective: every rank of groupEp calls it, in the same order as its other calls on the group,
 * with equal attributes. Asynchronous: xOut is valid after the stream is synchronised, and so is
 * the verdict: 507015 with a message if the ranks disagree, an id or a triple is out of range, a
 * needed row is missing or a rank is missing. Inputs must not change before.
 * Errors: 161001 executor or a needed workspace is null; 161002 the workspace is too small; 561000
 * the executor was consumed. Source: combine specification, sections 5 to 8 and 10. */
ACLNN_API aclnnStatus aclnnMoeDistributeCombineV2(void* workspace, uint64_t workspaceSize,
                                                  aclOpExecutor* executor, aclrtStream stream);

#ifdef __cplusplus
}
#endif

#endif /* FERRY_ACLNNOP_ACLNN_MOE_DISTRIBUTE_COMBINE_V2_H_ */
