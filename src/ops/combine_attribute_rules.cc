// Stage 3 of combine on A3, rows 1 to 11: the attributes one by one.
#include "ops/attribute_rules.h"
#include "ops/combine_params.h"
#include "ops/combine_rules.h"
#include "ops/group_rules.h"

namespace ferry::ops::combine {
namespace {

std::string CommQuantMode(const CombineCall& call) {
  return fmt::format("{}", call.comm_quant_mode);
}

}  // namespace

Rules<CombineCall> AttributeRows() {
  return {
      // INT32 passes the list of dtypes: it is what a later product takes.
      {"combine-A3-1",
       "dtype of expandX",
       Code::kTiling,
       [](const CombineCall& call) {
         return !call.expand_x || call.expand_x->dtype != DType::kInt32;
       },
       [](const CombineCall& call) {
         return call.expand_x ? NameOf(call.expand_x->dtype) : "null";
       },
       Always("be in {FLOAT16, BF16}"),
       {}},
      EpWorldSizeInRange("combine-A3-2"),
      TpWorldSizeInRange("combine-A3-3"),
      EpRankIdInRange("combine-A3-4"),
      TpRankIdInRange("combine-A3-5a"),
      GroupTpGiven("combine-A3-5b"),
      GroupsDiffer("combine-A3-5c"),
      {"combine-A3-5d", "commQuantMode", Code::kTiling,
       [](const CombineCall& call) { return call.comm_quant_mode == 0; }, CommQuantMode,
       Always("be 0 when tpWorldSize is 2"), HasTp},
      TpRankIdIsZeroWithoutTp("combine-A3-6"),
      ExpertShardTypeIsZero("combine-A3-7"),
      SharedExpertNumInRange("combine-A3-8"),
      SharedExpertRankNumInRange("combine-A3-9"),
      MoeExpertNumInRange("combine-A3-10"),
      {"combine-A3-11",
       "commQuantMode",
       Code::kTiling,
       [](const CombineCall& call) {
         return call.comm_quant_mode == 0 || call.comm_quant_mode == 2;
       },
       CommQuantMode,
       Always("be 0 or 2"),
       {}},
  };
}

}  // namespace ferry::ops::combine
