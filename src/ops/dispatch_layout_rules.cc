// Stage 3 of dispatch on A3, rows 15 to 23: dims, dtypes and formats of tensors, and how experts
// lie on ranks.
#include "ops/attribute_rules.h"
#include "ops/dispatch_params.h"
#include "ops/dispatch_rules.h"

namespace ferry::ops::dispatch {
namespace {

bool MaskIs2D(const DispatchCall& call) {
  return Rank(call.active_mask) == 2;
}

Rules<DispatchCall> RankRows() {
  return {
      HasRank("dispatch-A3-15a", kX, 2, 2),
      HasRank("dispatch-A3-15b", kExpertIds, 2, 2),
      HasRank("dispatch-A3-15c", kScales, 2, 2),
      HasRank("dispatch-A3-15d", kMask, 1, 2),
      DimIs("dispatch-A3-15e", kMask, 0, {"x dim 0 (Bs)", &DispatchCall::num_tokens}),
      DimIs<DispatchCall>("dispatch-A3-15f", kMask, 1,
                          {"expertIds dim 1 (K)", &DispatchCall::top_k}, MaskIs2D),
      HasRank("dispatch-A3-15g", kExpandX, 2, 2),
      HasRank("dispatch-A3-15h", kDynamicScales, 1, 1, Quantises),
      HasRank("dispatch-A3-15i", kAssistInfo, 1, 1),
      HasRank("dispatch-A3-15j", kExpertTokenNums, 1, 1),
      HasRank("dispatch-A3-15k", kEpRecvCounts, 1, 1),
      HasRank("dispatch-A3-15l", kTpRecvCounts, 1, 1),
  };
}

Rule<DispatchCall> ExpandXIsInt8() {
  return {"dispatch-A3-16a",
          "dtype of expandXOut",
          Code::kTiling,
          [](const DispatchCall& call) {
            return call.expand_x && call.expand_x->dtype == DType::kInt8;
          },
          [](const DispatchCall& call) {
            return call.expand_x ? NameOf(call.expand_x->dtype) : "null";
          },
          Always("be INT8 when quantMode is 2"),
          Quantises};
}

Rules<DispatchCall> FormatRows() {
  return {
      HasPlainFormat("dispatch-A3-17a", kX),
      HasPlainFormat("dispatch-A3-17b", kExpertIds),
      HasPlainFormat("dispatch-A3-17c", kScales),
      HasPlainFormat("dispatch-A3-17d", kMask),
      HasPlainFormat("dispatch-A3-17e", kExpandX),
      HasPlainFormat("dispatch-A3-17f", kDynamicScales, Quantises),
      HasPlainFormat("dispatch-A3-17g", kAssistInfo),
      HasPlainFormat("dispatch-A3-17h", kExpertTokenNums),
      HasPlainFormat("dispatch-A3-17i", kEpRecvCounts),
      HasPlainFormat("dispatch-A3-17j", kTpRecvCounts),
  };
}

Rules<DispatchCall> ExpertRows() {
  const auto is_v2 = [](const DispatchCall& call) { return call.is_fullmesh_v2(); };
  return {
      SharedRanksHaveExperts("dispatch-A3-18"),
      SharedExpertsHaveRanks("dispatch-A3-19"),
      SharedRanksDivideEvenly("dispatch-A3-20"),
      Absent<DispatchCall>("dispatch-A3-21a", kMask, " when commAlg is \"fullmesh_v2\"", is_v2),
      {"dispatch-A3-21b", "tpWorldSize", Code::kTiling,
       [](const DispatchCall& call) { return !call.has_tp(); },
       [](const DispatchCall& call) { return fmt::format("{}", call.tp_world_size); },
       Always("be 0 or 1 when commAlg is \"fullmesh_v2\""), is_v2},
      ExpertsDivideEvenly("dispatch-A3-22"),
      OneExpertPerRankWithTp("dispatch-A3-23"),
  };
}

}  // namespace

Rules<DispatchCall> LayoutRows() {
  Rules<DispatchCall> rows = RankRows();
  rows.push_back(ExpandXIsInt8());
  rows.push_back(
      HasDTypeOf<DispatchCall>("dispatch-A3-16b", kExpandX, kX,
                               [](const DispatchCall& call) { return call.quant_mode == 0; }));
  Append(rows, FormatRows());
  Append(rows, ExpertRows());
  return rows;
}

}  // namespace ferry::ops::dispatch
