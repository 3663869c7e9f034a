#include "ops/dispatch_rules.h"

#include "ops/attribute_rules.h"
#include "ops/dispatch_params.h"
#include "ops/group_rules.h"
#include "ops/memory_rules.h"

namespace ferry::ops {
namespace dispatch {

Rules<DispatchCall> GroupRows() {
  return {
      BufferHasTheLeast("dispatch-A3-40a"), BufferHoldsWindow("dispatch-A3-40b"),
      EpSizeAgrees("dispatch-A3-41a"),      EpRankAgrees("dispatch-A3-41b"),
      TpSizeAgrees("dispatch-A3-41c"),      TpRankAgrees("dispatch-A3-41d"),
  };
}

Rules<DispatchCall> OwnRows() {
  Rules<DispatchCall> rows;
  const std::string prefix = "dispatch-A3-";
  for (const Param& used : {kX, kExpertIds, kExpandX, kAssistInfo, kExpertTokenNums, kEpRecvCounts})
    Append(rows, MemoryRows(prefix, used));
  Append(rows, MemoryRows(prefix, kTpRecvCounts, HasTp));
  Append(rows, ByteMemoryRows(prefix, kMask));
  Append(rows, MemoryRows(prefix, kScales));
  Append(rows, MemoryRows(prefix, kDynamicScales, Quantises));
  return rows;
}

}  // namespace dispatch

const Rules<DispatchCall>& DispatchRules() {
  static const auto* const kRules = [] {
    auto* rules = new Rules<DispatchCall>();  // never destroyed: threads may outlive statics
    Append(*rules, dispatch::EntryRows());
    Append(*rules, dispatch::AttributeRows());
    Append(*rules, dispatch::LayoutRows());
    Append(*rules, dispatch::ShapeRows());
    Append(*rules, dispatch::GroupRows());
    Append(*rules, dispatch::OwnRows());
    Append(*rules, dispatch::StrictRows());
    return rules;
  }();
  return *kRules;
}

}  // namespace ferry::ops
