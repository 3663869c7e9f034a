// The tensors that the interface document asks for, given attributes and sizes: what `ferry check`
// assumes of a call, and what the text of a call (call_text.h) therefore leaves out.
#ifndef FERRY_OPS_DOCUMENTED_H_
#define FERRY_OPS_DOCUMENTED_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "ops/combine_call.h"
#include "ops/dispatch_call.h"
#include "ops/tensor_rules.h"

namespace ferry::ops {

struct CallSizes {
  std::int64_t tokens = 0;  // Bs
  std::int64_t hidden = 0;  // H
  std::int64_t top_k = 0;   // K
  DType type = DType::kBFloat16;
};

template <class Call>
struct DocumentedTensor {
  TensorParam<Call> param;
  bool (*is_usual)(const Call&);  // whether a call passes it unless it says otherwise
  std::vector<std::int64_t> (*dims)(const Call&, const CallSizes&);
  DType (*type)(const Call&, const CallSizes&);
};

// Every tensor of an operator; x (or expandX) and expertIds first, on which the others depend.
template <class Call>
[[nodiscard]] const std::vector<DocumentedTensor<Call>>& DocumentedTensors();
template <>
const std::vector<DocumentedTensor<DispatchCall>>& DocumentedTensors();
template <>
const std::vector<DocumentedTensor<CombineCall>>& DocumentedTensors();

// A contiguous tensor over memory that nobody reads.
[[nodiscard]] TensorArg ContiguousTensor(std::vector<std::int64_t> dims, DType type);
[[nodiscard]] std::vector<std::int64_t> ContiguousStrides(const std::vector<std::int64_t>& dims);

// Replaces all tensors of `call`, whose attributes must be set.
template <class Call>
void GiveDocumentedTensors(Call& call, const CallSizes& sizes) {
  for (const auto& tensor : DocumentedTensors<Call>()) (call.*tensor.param.member).reset();
  for (const auto& tensor : DocumentedTensors<Call>()) {
    if (!tensor.is_usual(call)) continue;
    call.*tensor.param.member =
        ContiguousTensor(tensor.dims(call, sizes), tensor.type(call, sizes));
  }
}

}  // namespace ferry::ops

#endif  // FERRY_OPS_DOCUMENTED_H_
