// Stages 0 to 2 of dispatch: pointers and names, communicators, dtypes.
#include "ops/dispatch_params.h"
#include "ops/dispatch_rules.h"
#include "ops/group_rules.h"

namespace ferry::ops::dispatch {
namespace {

Rules<DispatchCall> PointerRows() {
  return {
      Given("dispatch-0-1a", kX),
      Given("dispatch-0-1b", kExpertIds),
      Given("dispatch-0-1c", kExpandX),
      Given("dispatch-0-1d", kAssistInfo),
      Given("dispatch-0-1e", kExpertTokenNums),
      Given("dispatch-0-1f", kTpRecvCounts),
      Given("dispatch-0-1g", kEpRecvCounts),
      GroupEpGiven("dispatch-0-2"),
      {"dispatch-0-3", kDynamicScales.name, Code::kParamNullptr, IsGiven(kDynamicScales),
       ValueOf(kDynamicScales), Always("be a tensor when quantMode is 2"), Quantises},
      GroupEpFits("dispatch-0-4", Code::kParamNullptr),
      GroupTpFits("dispatch-0-5", Code::kParamNullptr),
      WorkspaceSizeGiven("dispatch-0-6a"),
      ExecutorGiven("dispatch-0-6b"),
  };
}

Rules<DispatchCall> DTypeRows() {
  const auto half = {DType::kFloat16, DType::kBFloat16};
  return {
      ProductKnown("dispatch-2-product"),
      HasDType("dispatch-2-x", kX, half),
      HasDType("dispatch-2-expertIds", kExpertIds, {DType::kInt32}),
      HasDType("dispatch-2-scales", kScales, {DType::kFloat32}),
      HasDType("dispatch-2-xActiveMask", kMask, {DType::kBool}),
      HasDType("dispatch-2-expertScales", kExpertScales, {DType::kFloat32}),
      HasDType("dispatch-2-expandX", kExpandX, {DType::kFloat16, DType::kBFloat16, DType::kInt8}),
      HasDType("dispatch-2-dynamicScales", kDynamicScales, {DType::kFloat32}),
      HasDType("dispatch-2-assistInfo", kAssistInfo, {DType::kInt32}),
      HasDType("dispatch-2-expertTokenNums", kExpertTokenNums, {DType::kInt64}),
      HasDType("dispatch-2-epRecvCounts", kEpRecvCounts, {DType::kInt32}),
      HasDType("dispatch-2-tpRecvCounts", kTpRecvCounts, {DType::kInt32}),
      HasDType("dispatch-2-expandScales", kExpandScales, {DType::kFloat32}),
      ProductIsA3("dispatch-2-later-A2"),
  };
}

}  // namespace

Rules<DispatchCall> EntryRows() {
  Rules<DispatchCall> rows = PointerRows();
  for (const Param& tensor : kAll) rows.push_back(Alive("dispatch-0-alive-", tensor));
  rows.push_back(GroupEpKnown("dispatch-1-1"));
  rows.push_back(GroupTpKnown("dispatch-1-2"));
  Append(rows, DTypeRows());
  return rows;
}

}  // namespace ferry::ops::dispatch
