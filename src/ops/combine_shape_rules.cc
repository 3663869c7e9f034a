// Stage 3 of combine on A3, rows 22 to 34: the sizes of tensors against those of the operator.
#include "base/math.h"
#include "ops/attribute_rules.h"
#include "ops/combine_params.h"
#include "ops/combine_rules.h"
#include "ops/product.h"

namespace ferry::ops::combine {
namespace {

using RowSize = Size<CombineCall>;

RowSize Tokens() {
  return {"expertIds dim 0 (Bs)", &CombineCall::num_tokens};
}
RowSize TopK() {
  return {"expertIds dim 1 (K)", &CombineCall::top_k};
}
RowSize Hidden() {
  return {"expandX dim 1 (H)", &CombineCall::hidden};
}
RowSize RowsWithTp() {
  return {"max(tpWorldSize, 1) * A", &CombineCall::rows_with_tp};
}

RowSize AssistWords() {
  return {"A * 128", [](const CombineCall& call) {
            return SaturatingMultiply(call.capacity(), kAssistWordsForCombine);
          }};
}

RowSize TpSize() {
  return {"tpWorldSize", [](const CombineCall& call) { return call.tp_world_size; }};
}

bool SharedXIs2D(const CombineCall& call) {
  return Rank(call.shared_expert_x) == 2;
}

// (a, b, H) with a * b = Bs.
Rule<CombineCall> SharedXFoldsToTokens(std::string id) {
  return {std::move(id),
          "shape of sharedExpertXOptional",
          Code::kTiling,
          [](const CombineCall& call) {
            const OptionalTensor& shared = call.shared_expert_x;
            return Dim(shared, 0) > 0 &&
                   SaturatingMultiply(Dim(shared, 0), Dim(shared, 1)) == call.num_tokens() &&
                   Dim(shared, 2) == call.hidden();
          },
          [](const CombineCall& call) { return ShapeText(call.shared_expert_x); },
          [](const CombineCall& call) {
            return fmt::format("be (a, b, H = {}) with a * b = Bs = {}", call.hidden(),
                               call.num_tokens());
          },
          [](const CombineCall& call) { return Rank(call.shared_expert_x) == 3; }};
}

bool MaskIs2D(const CombineCall& call) {
  return Rank(call.active_mask) == 2;
}

}  // namespace

Rules<CombineCall> ShapeRows() {
  return {
      TokensInRange("combine-A3-22", "expertIds dim 0 (Bs)"),
      GlobalBsHoldsOwnBatch("combine-A3-23a"),
      GlobalBsIsMultipleOfEp("combine-A3-23b"),
      NoMaskWithUnequalBatches("combine-A3-24"),
      TopKInRange("combine-A3-25"),
      DimIsAtLeast("combine-A3-26", kExpandX, 0, RowsWithTp()),
      HiddenInRange("combine-A3-27", "expandX dim 1 (H)"),
      DimIsAtLeast("combine-A3-28", kAssistInfo, 0, AssistWords()),
      DimIsAtLeast("combine-A3-29", kEpSendCounts, 0,
                   {"epWorldSize * experts on this rank * max(tpWorldSize, 1)",
                    &CombineCall::counts_length}),
      DimIs("combine-A3-30", kTpSendCounts, 0, TpSize(), HasTp),
      DimIs("combine-A3-31a", kExpertScales, 0, Tokens()),
      DimIs("combine-A3-31b", kExpertScales, 1, TopK()),
      DimIs("combine-A3-32a", kMask, 0, Tokens()),
      DimIs<CombineCall>("combine-A3-32b", kMask, 1, TopK(), MaskIs2D),
      DimIs<CombineCall>("combine-A3-33a", kSharedExpertX, 0, Tokens(), SharedXIs2D),
      DimIs<CombineCall>("combine-A3-33b", kSharedExpertX, 1, Hidden(), SharedXIs2D),
      SharedXFoldsToTokens("combine-A3-33c"),
      DimIs("combine-A3-34a", kXOut, 0, Tokens()),
      DimIs("combine-A3-34b", kXOut, 1, Hidden()),
  };
}

}  // namespace ferry::ops::combine
