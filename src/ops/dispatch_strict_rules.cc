// What dispatch accepts and the device or the interface document does not: docs/strict.md.
#include "base/math.h"
#include "ops/dispatch_params.h"
#include "ops/dispatch_rules.h"
#include "ops/group_rules.h"
#include "ops/product.h"
#include "ops/strict_rules.h"

namespace ferry::ops::dispatch {
namespace {

bool HasNoTp(const DispatchCall& call) {
  return !call.has_tp();
}

Rules<DispatchCall> DocumentRows() {
  return {
      DemandedBy<DispatchCall>(Demand::kDocument, GroupsDifferWithoutTp("dispatch-A3-strict-4c")),
      {"dispatch-A3-strict-12",
       "commAlg",
       Code::kTiling,
       [](const DispatchCall& call) { return call.comm_alg.text.empty(); },
       [](const DispatchCall& call) { return fmt::format("\"{}\"", call.comm_alg.text); },
       Always("be null"),
       {},
       Demand::kDocument},
      DemandedBy(Demand::kDocument,
                 DimIsAtLeast<DispatchCall>("dispatch-A3-strict-36", kAssistInfo, 0,
                                            {"128 * A",
                                             [](const DispatchCall& call) {
                                               return SaturatingMultiply(kAssistWordsForCombine,
                                                                         call.capacity());
                                             }})),
  };
}

}  // namespace

Rules<DispatchCall> StrictRows() {
  const std::string prefix = "dispatch-A3-strict-";
  Rules<DispatchCall> rows = {
      DemandedBy(Demand::kDevice,
                 DimIs<DispatchCall>(
                     prefix + "39", kTpRecvCounts, 0,
                     {"tpWorldSize", [](const DispatchCall& call) { return call.tp_world_size; }},
                     Both<DispatchCall>(HasNoTp, IsGiven(kTpRecvCounts)))),
  };
  for (const Param& output : {kExpandX, kAssistInfo, kExpertTokenNums, kEpRecvCounts})
    rows.push_back(IsContiguous(prefix, output));
  rows.push_back(IsContiguous(prefix, kDynamicScales, Quantises));
  rows.push_back(IsContiguous(prefix, kTpRecvCounts, HasTp));
  Append(rows, DocumentRows());
  return rows;
}

}  // namespace ferry::ops::dispatch
