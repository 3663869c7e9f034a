// What combine accepts and the device or the interface document does not: docs/strict.md.
#include "ops/combine_params.h"
#include "ops/combine_rules.h"
#include "ops/group_rules.h"
#include "ops/strict_rules.h"

namespace ferry::ops::combine {
namespace {

bool HasNoTp(const CombineCall& call) {
  return !call.has_tp();
}

}  // namespace

Rules<CombineCall> StrictRows() {
  const std::string prefix = "combine-A3-strict-";
  const auto without_tp = Both<CombineCall>(HasNoTp, IsGiven(kTpSendCounts));
  Rules<CombineCall> rows = {
      {prefix + "13a", kTpSendCounts.name, Code::kTiling, IsGiven(kTpSendCounts),
       ValueOf(kTpSendCounts), Always("be a tensor"), HasNoTp},
      HasRank(prefix + "13b", kTpSendCounts, 1, 1, without_tp),
      DimIs<CombineCall>(
          prefix + "30", kTpSendCounts, 0,
          {"tpWorldSize", [](const CombineCall& call) { return call.tp_world_size; }}, without_tp),
      HasPlainFormat<CombineCall>(prefix + "19a", kExpandScales),
      HasPlainFormat<CombineCall>(prefix + "19b", kTpSendCounts, without_tp),
      IsContiguous(prefix, kXOut),
  };
  for (Rule<CombineCall>& row : rows) row.demand = Demand::kDevice;
  rows.push_back(DemandedBy<CombineCall>(Demand::kDocument, GroupsDifferWithoutTp(prefix + "5c")));
  return rows;
}

}  // namespace ferry::ops::combine
