// Stage 3 of combine on A3, rows 12 to 21: dims, dtypes and formats of tensors, and how experts lie
// on ranks.
#include "ops/attribute_rules.h"
#include "ops/combine_params.h"
#include "ops/combine_rules.h"

namespace ferry::ops::combine {
namespace {

Rules<CombineCall> RankRows() {
  return {
      HasRank("combine-A3-12a", kExpandX, 2, 2),
      HasRank("combine-A3-12b", kExpertIds, 2, 2),
      HasRank("combine-A3-12c", kAssistInfo, 1, 1),
      HasRank("combine-A3-12d", kEpSendCounts, 1, 1),
      HasRank("combine-A3-12e", kExpertScales, 2, 2),
      {"combine-A3-13a", kTpSendCounts.name, Code::kTiling, IsGiven(kTpSendCounts),
       ValueOf(kTpSendCounts), Always("be a tensor when tpWorldSize is 2"), HasTp},
      HasRank("combine-A3-13b", kTpSendCounts, 1, 1, HasTp),
      HasRank("combine-A3-14", kMask, 1, 2),
      Absent("combine-A3-15a", kActivationScale, ""),
      Absent("combine-A3-15b", kWeightScale, ""),
      Absent("combine-A3-15c", kGroupList, ""),
      Absent<CombineCall>("combine-A3-16a", kSharedExpertX, " when sharedExpertRankNum is not 0",
                          [](const CombineCall& call) { return call.shared_expert_rank_num != 0; }),
      HasRank("combine-A3-16b", kSharedExpertX, 2, 3),
      HasRank("combine-A3-17", kXOut, 2, 2),
  };
}

Rules<CombineCall> DTypeRows() {
  return {
      HasDTypeOf<CombineCall>("combine-A3-18a", kSharedExpertX, kExpandX, IsGiven(kSharedExpertX)),
      HasDTypeOf<CombineCall>("combine-A3-18b", kXOut, kExpandX, IsGiven(kXOut)),
  };
}

// Row 19 says "any tensor"; spec dispatch.md section 3.1 limits it to every tensor that is used.
// expandScales never is (combine.md section 2.1), nor is tpSendCounts without TP, where its
// Decision on rows 13 and 30 accepts anything. Rows strict-19a and strict-19b
// stand for the device.
Rules<CombineCall> FormatRows() {
  return {
      HasPlainFormat("combine-A3-19a", kExpandX),
      HasPlainFormat("combine-A3-19b", kExpertIds),
      HasPlainFormat("combine-A3-19c", kAssistInfo),
      HasPlainFormat("combine-A3-19d", kEpSendCounts),
      HasPlainFormat("combine-A3-19e", kExpertScales),
      HasPlainFormat("combine-A3-19f", kTpSendCounts, HasTp),
      HasPlainFormat("combine-A3-19g", kMask),
      HasPlainFormat("combine-A3-19h", kSharedExpertX),
      HasPlainFormat("combine-A3-19i", kXOut),
  };
}

// "L = 0" of row 21 needs no row: with fewer experts than MoE ranks, E % (ep - SR) is E, not 0.
Rules<CombineCall> ExpertRows() {
  return {
      SharedRanksHaveExperts("combine-A3-20a"),  SharedExpertsHaveRanks("combine-A3-20b"),
      SharedRanksDivideEvenly("combine-A3-20c"), ExpertsDivideEvenly("combine-A3-21a"),
      OneExpertPerRankWithTp("combine-A3-21b"),
  };
}

}  // namespace

Rules<CombineCall> LayoutRows() {
  Rules<CombineCall> rows = RankRows();
  Append(rows, DTypeRows());
  Append(rows, FormatRows());
  Append(rows, ExpertRows());
  return rows;
}

}  // namespace ferry::ops::combine
