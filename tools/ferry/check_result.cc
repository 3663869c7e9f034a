#include "check_result.h"

#include <algorithm>

#include "base/math.h"
#include "ops/combine_rules.h"
#include "ops/dispatch_rules.h"
#include "ops/documented.h"
#include "ops/product.h"

namespace ferry::tool {
namespace {

using Verdict = RuleResult::Verdict;

Verdict Judge(ops::Verdict verdict, ops::Demand demand, bool strict, bool is_behind) {
  if (verdict == ops::Verdict::kDoesNotApply) return Verdict::kDoesNotApply;
  if (verdict == ops::Verdict::kHolds) return is_behind ? Verdict::kNotReached : Verdict::kOk;
  if (demand == ops::Demand::kLaunch) return Verdict::kRefusedAtLaunch;
  if (demand == ops::Demand::kFerry || strict) return Verdict::kFails;
  return demand == ops::Demand::kDevice ? Verdict::kRefusedByDevice : Verdict::kOutsideTheDocument;
}

template <class Call>
void Evaluate(const ops::Rules<Call>& rules, const Call& call, CheckResult& result) {
  for (const ops::Rule<Call>& rule : rules) {
    RuleResult row;
    row.id = rule.id;
    row.parameter = rule.parameter;
    row.code = rule.code;
    row.verdict =
        Judge(ops::Evaluate(rule, call), rule.demand, call.facts.strict, result.answer.has_value());
    if (row.verdict != Verdict::kDoesNotApply) {
      row.value = rule.value(call);
      row.limit = "must " + rule.allowed(call);
    }
    if (row.verdict == Verdict::kFails && !result.answer) result.answer = result.rules.size();
    if (row.verdict == Verdict::kRefusedAtLaunch && !result.launch)
      result.launch = result.rules.size();
    result.rules.push_back(std::move(row));
  }
}

Window WindowOf(const ops::MoeCall& call) {
  const ops::WindowShape shape = call.window_shape();
  return {.is_known = call.layout().has_value(),
          .max_batch = shape.max_batch,
          .ep_size = shape.ep_size,
          .experts_per_rank = shape.experts_per_rank,
          .top_k = shape.top_k,
          .shared_experts = shape.shared_experts,
          .dispatch_row = ops::DispatchRowBytesA3(shape.hidden, call.window_form()),
          .combine_row = ops::CombineRowBytesA3(shape.hidden),
          .bytes = call.window_bytes(),
          .needed_mib = std::max(ops::kA3.min_buffer_mib, ops::MiBFor(call.window_bytes())),
          .set_mib = call.facts.buffer_mib};
}

template <class Call>
void MeasureTensors(const Call& call, CheckResult& result) {
  for (const auto& documented : ops::DocumentedTensors<Call>()) {
    const ops::OptionalTensor& tensor = documented.param.of(call);
    if (!tensor || !tensor->alive) continue;
    const auto element = static_cast<std::int64_t>(SizeOf(tensor->dtype));
    const ops::ByteExtent extent = ops::ExtentOf(tensor);
    // A view that skips elements spans more addresses than it has elements.
    const std::int64_t bytes = std::max(SaturatingMultiply(ops::NumElements(tensor), element),
                                        SaturatingAdd(extent.end, -extent.begin));
    result.tensors.push_back(
        {documented.param.id, ops::ShapeText(tensor), ops::NameOf(tensor->dtype), bytes});
    result.total_bytes = SaturatingAdd(result.total_bytes, bytes);
  }
}

template <class Call>
CheckResult Check(const char* op, const ops::Rules<Call>& rules, const Call& call) {
  CheckResult result;
  result.op = op;
  result.product = call.facts.product_text.empty() ? "a3" : call.facts.product_text;
  result.strict = call.facts.strict;
  result.num_ranks = SaturatingMultiply(call.ep_world_size, call.tp_ranks());
  result.capacity = call.capacity();
  Evaluate(rules, call, result);
  result.window = WindowOf(call);
  MeasureTensors(call, result);
  return result;
}

}  // namespace

const char* NameOf(RuleResult::Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kFails:
      return "FAILS";
    case Verdict::kNotReached:
      return "not reached";
    case Verdict::kDoesNotApply:
      return "does not apply";
    case Verdict::kRefusedAtLaunch:
      return "accepted by phase 1, refused by phase 2 unless an address is set in between";
    case Verdict::kRefusedByDevice:
      return "accepted here, refused by the device";
    case Verdict::kOutsideTheDocument:
      return "accepted here, outside the interface document";
  }
  return "";
}

CheckResult CheckCall(const AnyCall& call) {
  if (const auto* dispatch = std::get_if<ops::DispatchCall>(&call))
    return Check("dispatch", ops::DispatchRules(), *dispatch);
  return Check("combine", ops::CombineRules(), std::get<ops::CombineCall>(call));
}

}  // namespace ferry::tool
