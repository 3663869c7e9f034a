/* MoE dispatch: every token to the ranks of its experts. */
#ifndef FERRY_ACLNNOP_ACLNN_MOE_DISTRIBUTE_DISPATCH_V2_H_
#define FERRY_ACLNNOP_ACLNN_MOE_DISTRIBUTE_DISPATCH_V2_H_

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

/* Sends each token to the ranks of its experts. First phase: checks the arguments.
 *
 *   x                        [Bs, H]             f16|bf16  tokens of this rank
 *   expertIds                [Bs, K]             i32       in [0, moeExpertNum)
 *   scalesOptional           [S + E, H]          f32       quantMode 2: smoothing rows; may be null
 *   xActiveMaskOptional      [Bs] or [Bs, K]     bool      who takes part; null: all
 *   expertScalesOptional     [Bs, K]             f32       A2; ignored on A3
 *   expandXOut               [>= tp * A, H]  out           rows [0, received) are written, by
 *                                                          (local expert, source, token, k);
 *                                                          type of x, i8 with quantMode 2
 *   dynamicScalesOut         [>= tp * A]     out f32       quantMode 2: of each row; else may be
 *                                                          null
 *   assistInfoForCombineOut  [A * 128]       out i32       triples: source rank, token, slot
 *   expertTokenNumsOut       [local experts] out i64       rows of each local expert
 *   epRecvCountsOut          [ep * local experts * tp]
 *                                            out i32       running totals by (local expert, source)
 *   tpRecvCountsOut          [2] with TP     out i32       rows of each TP rank
 *   expandScalesOut          [A]             out f32       A2; ignored on A3, may be null
 *
 * Tensors may be strided. With E = moeExpertNum, L = E / (epWorldSize - sharedExpertRankNum) and
 * G = globalBs, or Bs * epWorldSize if that is 0: A is G * min(L, K) on a rank of MoE experts, and
 * G / epWorldSize * ceil(epWorldSize * sharedExpertNum / sharedExpertRankNum) on a shared rank; S
 * is sharedExpertNum, or 0 if sharedExpertRankNum is 0; tp is max(tpWorldSize, 1). What the call
 * does not receive it leaves alone: rows behind the last one, words behind the last triple.
 *
 *   groupEp, epWorldSize, epRankId     communicator name (HcclGetCommName), its size, this rank
 *   moeExpertNum                       1..1024; a multiple of the ranks that hold MoE experts
 *   groupTp, tpWorldSize, tpRankId     the same for TP; tpWorldSize 0 and 1 mean none
 *   expertShardType                    0: shared experts on the first ranks
 *   sharedExpertNum                    0..4
 *   sharedExpertRankNum                0..epWorldSize - 1, a multiple of sharedExpertNum
 *   quantMode                          0 none, 2 dynamic int8
 *   globalBs                           0, or the largest Bs of all ranks * epWorldSize
 *   expertTokenNumsType                0 prefix sums, 1 counts
 *   commAlg                            null, "", "fullmesh_v1" or "fullmesh_v2"
 *   workspaceSize                  out bytes that the second phase wants
 *   executor                       out for the second phase; set only on success
 *
 * This version refuses product A2 with a message that says "not yet".
 * Errors: 161001 a mandatory pointer is null, or a name is empty or too long; 161002 a data type;
 * 361001 a name that is no communicator of the current device; 561002 a shape or value outside the
 * limits. aclGetRecentErrMsg names argument, value and range.
 * Source: the CANN interface document of the operator; dispatch specification, sections 3 to 5. */
ACLNN_API aclnnStatus aclnnMoeDistributeDispatchV2GetWorkspaceSize(
    const aclTensor* x, const aclTensor* expertIds, const aclTensor* scalesOptional,
    const aclTensor* xActiveMaskOptional, const aclTensor* expertScalesOptional,
    const char* groupEp, int64_t epWorldSize, int64_t epRankId, int64_t moeExpertNum,
    const char* groupTp, int64_t tpWorldSize, int64_t tpRankId, int64_t expertShardType,
    int64_t sharedExpertNum, int64_t sharedExpertRankNum, int64_t quantMode, int64_t globalBs,
    int64_t expertTokenNumsType, const char* commAlg, aclTensor* expandXOut,
    aclTensor* dynamicScalesOut, aclTensor* assistInfoForCombineOut, aclTensor* expertTokenNumsOut,
    aclTensor* epRecvCountsOut, aclTensor* tpRecvCountsOut, aclTensor* expandScalesOut,
    uint64_t* workspaceSize, aclOpExecutor** executor);

/* Second phase: queues the dispatch.
 *
 *   workspace, workspaceSize   device memory of at least the size of the first phase; null and 0
 *                              where that was 0
 *   executor                   consumed, unless it was made repeatable
 *   stream                     null: default stream of the current context
 *
 * Collective: every rank of groupEp calls it, in the same order as its other calls on the group,
 * with equal attributes. Asynchronous: outputs are valid after the stream is synchronised, and so
 * is the verdict: 507015 with a message if the ranks disagree, an id is out of range, rows do not
 * fit or a rank is missing. Inputs must not change before, and outputs must not overlap them.
 * Errors: 161001 executor or a needed workspace is null; 161002 the workspace is too small; 561000
 * the executor was consumed. Source: dispatch specification, sections 6, 8 and 11. */
ACLNN_API aclnnStatus aclnnMoeDistributeDispatchV2(void* workspace, uint64_t workspaceSize,
                                                   aclOpExecutor* executor, aclrtStream stream);

#ifdef __cplusplus
}
#endif

#endif /* FERRY_ACLNNOP_ACLNN_MOE_DISTRIBUTE_DISPATCH_V2_H_ */
