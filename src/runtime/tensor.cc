#include "runtime/tensor.h"

namespace ferry::runtime {

std::vector<std::int64_t> ContiguousStrides(const std::vector<std::int64_t>& dims) {
  std::vector<std::int64_t> strides(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) {
    // Dims may be anything: what overflows here is refused where the tensor is used.
    if (__builtin_mul_overflow(strides[i], dims[i], &strides[i - 1])) strides[i - 1] = 0;
  }
  return strides;
}

HandleTable<const Tensor>& Tensors() {
  static auto* const table = new HandleTable<const Tensor>(HandleKind::kTensor);
  return *table;
}

}  // namespace ferry::runtime
