// Makers of the rows that Ferry itself does not ask for: where a decision of the specification
// accepts more than the device or the interface document (docs/strict.md). They stand behind all
// other rows and count with FERRY_STRICT=1.
#ifndef FERRY_OPS_STRICT_RULES_H_
#define FERRY_OPS_STRICT_RULES_H_

#include <string>
#include <utility>

#include "ops/call.h"
#include "ops/documented.h"
#include "ops/tensor_rules.h"

namespace ferry::ops {

// The row as a demand of somebody else's.
template <class Call>
Rule<Call> DemandedBy(Demand demand, Rule<Call> rule) {
  rule.demand = demand;
  return rule;
}

// Elements without gaps, in order. The operator of the device declares strides for its inputs only.
template <class Call>
Rule<Call> IsContiguous(const std::string& prefix, TensorParam<Call> tensor,
                        typename Rule<Call>::Predicate applies = {}) {
  if (!applies) applies = IsGiven(tensor);
  return {prefix + "contiguous-" + tensor.id,
          fmt::format("strides of {}", tensor.name),
          Code::kTiling,
          [tensor](const Call& call) {
            const OptionalTensor& arg = tensor.of(call);
            return !arg || arg->strides == ContiguousStrides(arg->dims);
          },
          [tensor](const Call& call) {
            const OptionalTensor& arg = tensor.of(call);
            return arg ? fmt::format("[{}]", fmt::join(arg->strides, ", ")) : "null";
          },
          [tensor](const Call& call) {
            const OptionalTensor& arg = tensor.of(call);
            return fmt::format(
                "be [{}]",
                fmt::join(arg ? ContiguousStrides(arg->dims) : std::vector<std::int64_t>(), ", "));
          },
          std::move(applies),
          Demand::kDevice};
}

}  // namespace ferry::ops

#endif  // FERRY_OPS_STRICT_RULES_H_
