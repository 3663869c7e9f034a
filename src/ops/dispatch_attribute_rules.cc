// Stage 3 of dispatch on A3, rows 1 to 14: the attributes one by one.
#include "ops/attribute_rules.h"
#include "ops/dispatch_params.h"
#include "ops/dispatch_rules.h"
#include "ops/group_rules.h"

namespace ferry::ops::dispatch {
namespace {

bool CommAlgIsKnown(const DispatchCall& call) {
  const std::string& text = call.comm_alg.text;
  return text.empty() || text == "fullmesh_v1" || text == "fullmesh_v2";
}

}  // namespace

Rules<DispatchCall> AttributeRows() {
  return {
      EpWorldSizeInRange("dispatch-A3-1"),
      TpWorldSizeInRange("dispatch-A3-2"),
      EpRankIdInRange("dispatch-A3-3"),
      TpRankIdInRange("dispatch-A3-4a"),
      GroupTpGiven("dispatch-A3-4b"),
      GroupsDiffer("dispatch-A3-4c"),
      TpRankIdIsZeroWithoutTp("dispatch-A3-5"),
      ExpertShardTypeIsZero("dispatch-A3-6"),
      SharedExpertNumInRange("dispatch-A3-7"),
      SharedExpertRankNumInRange("dispatch-A3-8"),
      MoeExpertNumInRange("dispatch-A3-9"),
      InRange("dispatch-A3-10", "quantMode", &DispatchCall::quant_mode, 0, 2),
      InRange("dispatch-A3-11", "expertTokenNumsType", &DispatchCall::expert_token_nums_type, 0, 1),
      {"dispatch-A3-12",
       "commAlg",
       Code::kTiling,
       CommAlgIsKnown,
       [](const DispatchCall& call) { return fmt::format("\"{}\"", call.comm_alg.text); },
       Always("be null, \"\", \"fullmesh_v1\" or \"fullmesh_v2\""),
       {}},
      {"dispatch-A3-13",
       "quantMode",
       Code::kTiling,
       [](const DispatchCall& call) { return call.quant_mode != 1; },
       [](const DispatchCall& call) { return fmt::format("{}", call.quant_mode); },
       Always("be 0 or 2"),
       {}},
      Absent<DispatchCall>("dispatch-A3-14", kScales, " when quantMode is 0",
                           [](const DispatchCall& call) { return call.quant_mode == 0; }),
  };
}

}  // namespace ferry::ops::dispatch
