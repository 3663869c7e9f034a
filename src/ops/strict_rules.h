// Makers of the rows that Ferry itself does not ask for: where a decision of the specification
// accepts more than the device or the interface document (docs/strict.md). They stand behind all
// other rows and count with FERRY_STRICT=1.
#ifndef FERRY_OPS_STRICT_RULES_H_
#define FERRY_OPS_STRICT_RULES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

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

// Whether elements lie in order without gaps. A dim that is never stepped over has any stride, and
// where there are no elements there are no gaps.
inline bool HasNoGaps(const std::vector<std::int64_t>& dims,
                      const std::vector<std::int64_t>& strides) {
  const std::vector<std::int64_t> expected = ContiguousStrides(dims);
  bool equal = strides.size() == expected.size();
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0) return true;
    if (dims[i] > 1 && equal && strides[i] != expected[i]) equal = false;
  }
  return equal;
}

// As HasNoGaps. The operator of the device declares strides for its inputs only.
template <class Call>
Rule<Call> IsContiguous(const std::string& prefix, TensorParam<Call> tensor,
                        typename Rule<Call>::Predicate applies = {}) {
  if (!applies) applies = IsGiven(tensor);
  return {prefix + "contiguous-" + tensor.id,
          fmt::format("strides of {}", tensor.name),
          Code::kTiling,
          [tensor](const Call& call) {
            const OptionalTensor& arg = tensor.of(call);
            return !arg || HasNoGaps(arg->dims, arg->strides);
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
