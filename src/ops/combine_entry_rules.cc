// Stages 0 to 2 of combine: pointers and names, communicators, dtypes.
#include "ops/combine_params.h"
#include "ops/combine_rules.h"
#include "ops/group_rules.h"

namespace ferry::ops::combine {
namespace {

Rules<CombineCall> PointerRows() {
  return {
      Given("combine-0-1a", kExpandX),
      Given("combine-0-1b", kExpertIds),
      Given("combine-0-1c", kAssistInfo),
      Given("combine-0-1d", kEpSendCounts),
      Given("combine-0-1e", kExpertScales),
      Given("combine-0-1f", kXOut),
      GroupEpGiven("combine-0-2"),
      GroupEpFits("combine-0-3", Code::kParamInvalid),  // dispatch answers kParamNullptr
      GroupTpFits("combine-0-4", Code::kParamInvalid),
      WorkspaceSizeGiven("combine-0-5a"),
      ExecutorGiven("combine-0-5b"),
  };
}

Rules<CombineCall> DTypeRows() {
  const auto rows = {DType::kFloat16, DType::kBFloat16, DType::kInt32};
  return {
      ProductKnown("combine-2-product"),
      HasDType("combine-2-expandX", kExpandX, rows),
      HasDType("combine-2-expertIds", kExpertIds, {DType::kInt32}),
      HasDType("combine-2-assistInfo", kAssistInfo, {DType::kInt32}),
      HasDType("combine-2-epSendCounts", kEpSendCounts, {DType::kInt32}),
      HasDType("combine-2-tpSendCounts", kTpSendCounts, {DType::kInt32}),
      HasDType("combine-2-expertScales", kExpertScales, {DType::kFloat32}),
      HasDType("combine-2-expandScales", kExpandScales, {DType::kFloat32}),
      HasDType("combine-2-xActiveMask", kMask, {DType::kBool}),
      HasDType("combine-2-sharedExpertX", kSharedExpertX, rows),
      HasDType("combine-2-x", kXOut, {DType::kFloat16, DType::kBFloat16}),
      ProductIsA3("combine-2-later-A2"),
  };
}

}  // namespace

Rules<CombineCall> EntryRows() {
  Rules<CombineCall> rows = PointerRows();
  for (const Param& tensor : kExamined) rows.push_back(Alive("combine-0-alive-", tensor));
  rows.push_back(GroupEpKnown("combine-1-1"));
  rows.push_back(GroupTpKnown("combine-1-2"));
  Append(rows, DTypeRows());
  return rows;
}

}  // namespace ferry::ops::combine
