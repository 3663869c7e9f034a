#include "ops/combine_rules.h"

#include "ops/attribute_rules.h"
#include "ops/combine_params.h"
#include "ops/group_rules.h"
#include "ops/memory_rules.h"

namespace ferry::ops {
namespace combine {

Rules<CombineCall> GroupRows() {
  return {
      BufferHasTheLeast("combine-A3-35a"), BufferHoldsWindow("combine-A3-35b"),
      EpSizeAgrees("combine-A3-36a"),      EpRankAgrees("combine-A3-36b"),
      TpSizeAgrees("combine-A3-36c"),      TpRankAgrees("combine-A3-36d"),
  };
}

Rules<CombineCall> OwnRows() {
  Rules<CombineCall> rows;
  const std::string prefix = "combine-A3-";
  for (const Param& used : {kExpandX, kExpertIds, kAssistInfo, kEpSendCounts, kExpertScales})
    Append(rows, MemoryRows(prefix, used));
  Append(rows, MemoryRows(prefix, kTpSendCounts, HasTp));
  Append(rows, MemoryRows(prefix, kSharedExpertX));
  Append(rows, MemoryRows(prefix, kXOut));
  Append(rows, ByteMemoryRows(prefix, kMask));
  return rows;
}

}  // namespace combine

const Rules<CombineCall>& CombineRules() {
  static const auto* const kRules = [] {
    auto* rules = new Rules<CombineCall>();  // never destroyed: threads may outlive statics
    Append(*rules, combine::EntryRows());
    Append(*rules, combine::AttributeRows());
    Append(*rules, combine::LayoutRows());
    Append(*rules, combine::ShapeRows());
    Append(*rules, combine::GroupRows());
    Append(*rules, combine::OwnRows());
    Append(*rules, combine::StrictRows());
    return rules;
  }();
  return *kRules;
}

}  // namespace ferry::ops
