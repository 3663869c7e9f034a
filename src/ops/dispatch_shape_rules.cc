// Stage 3 of dispatch on A3, rows 24 to 39: the sizes of tensors against those of the operator.
#include "base/math.h"
#include "ops/attribute_rules.h"
#include "ops/dispatch_params.h"
#include "ops/dispatch_rules.h"
#include "ops/product.h"

namespace ferry::ops::dispatch {
namespace {

using RowSize = Size<DispatchCall>;

RowSize Hidden() {
  return {"x dim 1 (H)", &DispatchCall::hidden};
}
RowSize RowsWithTp() {
  return {"max(tpWorldSize, 1) * A", &DispatchCall::rows_with_tp};
}

RowSize ScaleRows() {
  return {"sharedExpertNum + moeExpertNum", [](const DispatchCall& call) {
            return SaturatingAdd(call.shared_experts(), call.moe_expert_num);
          }};
}

RowSize TripleWords() {
  return {"3 * A", [](const DispatchCall& call) {
            return SaturatingMultiply(kTripleWords, call.capacity());
          }};
}

RowSize TpSize() {
  return {"tpWorldSize", [](const DispatchCall& call) { return call.tp_world_size; }};
}

Rules<DispatchCall> BatchRows() {
  const auto is_v2 = [](const DispatchCall& call) { return call.is_fullmesh_v2(); };
  return {
      TokensInRange("dispatch-A3-24", "x dim 0 (Bs)"),
      GlobalBsHoldsOwnBatch("dispatch-A3-25a"),
      GlobalBsIsMultipleOfEp("dispatch-A3-25b"),
      NoMaskWithUnequalBatches("dispatch-A3-26"),
      {"dispatch-A3-27", "globalBs", Code::kTiling,
       [](const DispatchCall& call) { return !call.batches_may_differ(); },
       [](const DispatchCall& call) { return fmt::format("{}", call.global_bs); },
       [](const DispatchCall& call) {
         return fmt::format("be 0 or Bs * epWorldSize = {} when commAlg is \"fullmesh_v2\"",
                            call.local_batch_sum());
       },
       is_v2},
      HiddenInRange("dispatch-A3-28", "x dim 1 (H)"),
  };
}

Rules<DispatchCall> SizeRows() {
  return {
      DimIs("dispatch-A3-29", kExpertIds, 0, {"x dim 0 (Bs)", &DispatchCall::num_tokens}),
      TopKInRange("dispatch-A3-30"),
      DimIs("dispatch-A3-31", kScales, 0, ScaleRows()),
      DimIs("dispatch-A3-32", kScales, 1, Hidden()),
      DimIsAtLeast("dispatch-A3-33", kExpandX, 0, RowsWithTp()),
      DimIs("dispatch-A3-34", kExpandX, 1, Hidden()),
      DimIsAtLeast("dispatch-A3-35", kDynamicScales, 0, RowsWithTp(), Quantises),
      DimIsAtLeast("dispatch-A3-36", kAssistInfo, 0, TripleWords()),
      DimIs("dispatch-A3-37", kExpertTokenNums, 0,
            {"the experts on this rank", &DispatchCall::local_experts}),
      DimIsAtLeast("dispatch-A3-38", kEpRecvCounts, 0,
                   {"epWorldSize * experts on this rank * max(tpWorldSize, 1)",
                    &DispatchCall::counts_length}),
      DimIs("dispatch-A3-39", kTpRecvCounts, 0, TpSize(), HasTp),
  };
}

}  // namespace

Rules<DispatchCall> ShapeRows() {
  Rules<DispatchCall> rows = BatchRows();
  Append(rows, SizeRows());
  return rows;
}

}  // namespace ferry::ops::dispatch
