// Rows that the specification does not have: what keeps a tensor that will be read or written from
// leading outside its memory. They stand behind all rows of the specification.
#ifndef FERRY_OPS_MEMORY_RULES_H_
#define FERRY_OPS_MEMORY_RULES_H_

#include <string>
#include <utility>

#include "ops/tensor_rules.h"

namespace ferry::ops {

// Elements, but no storage. Phase 1 takes such a tensor; its address may be set before phase 2.
template <class Call>
Rule<Call> HasData(const std::string& prefix, TensorParam<Call> tensor,
                   typename Rule<Call>::Predicate applies) {
  return {prefix + "data-" + tensor.id,
          fmt::format("data of {}", tensor.name),
          Code::kParamNullptr,
          [tensor](const Call& call) { return !IsNullData(tensor.of(call)); },
          [tensor](const Call& call) { return IsNullData(tensor.of(call)) ? "null" : "a pointer"; },
          [tensor](const Call& call) {
            return fmt::format("hold the {} elements of shape {}", NumElements(tensor.of(call)),
                               ShapeText(tensor.of(call)));
          },
          std::move(applies),
          Demand::kLaunch};
}

// Where the tensor has an address already, too.
template <class Call>
typename Rule<Call>::Predicate IfPlaced(TensorParam<Call> tensor,
                                        typename Rule<Call>::Predicate applies) {
  return [tensor, applies = std::move(applies)](const Call& call) {
    return applies(call) && !IsNullData(tensor.of(call));
  };
}

// Compiled loops may rely on the alignment of an element.
template <class Call>
Rule<Call> IsAligned(const std::string& prefix, TensorParam<Call> tensor,
                     typename Rule<Call>::Predicate applies) {
  return {prefix + "align-" + tensor.id,
          fmt::format("address of {}", tensor.name),
          Code::kTiling,
          [tensor](const Call& call) { return !IsMisaligned(tensor.of(call)); },
          [tensor](const Call& call) {
            const OptionalTensor& arg = tensor.of(call);
            return fmt::format("{}", static_cast<const void*>(arg ? arg->data : nullptr));
          },
          [tensor](const Call& call) {
            const OptionalTensor& arg = tensor.of(call);
            return fmt::format("be a multiple of {}", SizeOf(arg ? arg->dtype : DType::kUndefined));
          },
          IfPlaced(tensor, std::move(applies))};
}

// Dims, strides and offset reach no byte outside the allocation that holds the storage. Memory that
// is not ours cannot be measured; its addresses must at least exist.
template <class Call>
Rule<Call> StaysInside(const std::string& prefix, TensorParam<Call> tensor,
                       typename Rule<Call>::Predicate applies) {
  return {prefix + "memory-" + tensor.id,
          fmt::format("reach of {}", tensor.name),
          Code::kTiling,
          [tensor](const Call& call) { return StaysInMemory(tensor.of(call)); },
          [tensor](const Call& call) {
            const ByteExtent extent = ExtentOf(tensor.of(call));
            return fmt::format("bytes [{}, {}) from its data pointer", extent.begin, extent.end);
          },
          [tensor](const Call& call) { return "stay in " + MemoryText(tensor.of(call)); },
          IfPlaced(tensor, std::move(applies))};
}

// For a tensor of bytes, which every address suits.
template <class Call>
Rules<Call> ByteMemoryRows(const std::string& prefix, TensorParam<Call> tensor,
                           typename Rule<Call>::Predicate applies = {}) {
  if (!applies) applies = IsGiven(tensor);
  return {HasData(prefix, tensor, applies), StaysInside(prefix, tensor, applies)};
}

// All three for one tensor.
template <class Call>
Rules<Call> MemoryRows(const std::string& prefix, TensorParam<Call> tensor,
                       typename Rule<Call>::Predicate applies = {}) {
  if (!applies) applies = IsGiven(tensor);
  return {HasData(prefix, tensor, applies), IsAligned(prefix, tensor, applies),
          StaysInside(prefix, tensor, applies)};
}

}  // namespace ferry::ops

#endif  // FERRY_OPS_MEMORY_RULES_H_
