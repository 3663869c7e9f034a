// What a caller said of a tensor: a snapshot, checked by nobody yet.
#ifndef FERRY_RUNTIME_TENSOR_H_
#define FERRY_RUNTIME_TENSOR_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/dtype.h"
#include "runtime/handle_table.h"

namespace ferry::runtime {

struct Tensor {
  std::vector<std::int64_t> view_dims;
  std::vector<std::int64_t> strides;  // elements, one a dim
  std::int64_t offset = 0;            // elements from `data` to the first element of the view
  DType dtype = DType::kUndefined;    // any number that the caller passed
  std::int32_t format = 0;            // aclFormat, any number
  std::vector<std::int64_t> storage_dims;
  std::byte* data = nullptr;  // start of the storage; not owned
};

// The strides of a tensor without gaps.
[[nodiscard]] std::vector<std::int64_t> ContiguousStrides(const std::vector<std::int64_t>& dims);

// The handles that aclCreateTensor gives out.
[[nodiscard]] HandleTable<const Tensor>& Tensors();

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_TENSOR_H_
