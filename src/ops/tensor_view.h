// Typed views of checked tensor arguments. The rows that make these conversions safe (rank, dtype,
// data, memory) have passed before.
#ifndef FERRY_OPS_TENSOR_VIEW_H_
#define FERRY_OPS_TENSOR_VIEW_H_

#include "base/matrix.h"
#include "ops/tensor_arg.h"

namespace ferry::ops {

// The first element. Undefined contents for a tensor without elements.
template <class T>
[[nodiscard]] T* FirstElement(const TensorArg& tensor) {
  return reinterpret_cast<T*>(tensor.data) + tensor.offset;
}

// Elements from one index of a dim to the next. Nothing is ever a stride away in a dim of one
// element; what a caller passes there, however large, is taken for 0.
[[nodiscard]] inline std::int64_t StrideOf(const TensorArg& tensor, std::size_t dim) {
  return tensor.dims[dim] > 1 ? tensor.strides[dim] : 0;
}

template <class T>
[[nodiscard]] Vector<T> AsVector(const TensorArg& tensor) {
  return {FirstElement<T>(tensor), tensor.dims[0], StrideOf(tensor, 0)};
}

template <class T>
[[nodiscard]] Matrix<T> AsMatrix(const TensorArg& tensor) {
  return {FirstElement<T>(tensor), tensor.dims[0], tensor.dims[1], StrideOf(tensor, 0),
          StrideOf(tensor, 1)};
}

[[nodiscard]] inline Rows AsRows(const TensorArg& tensor) {
  const auto bytes = static_cast<std::int64_t>(SizeOf(tensor.dtype));
  return {tensor.data + tensor.offset * bytes,
          tensor.dtype,
          tensor.dims[0],
          tensor.dims[1],
          StrideOf(tensor, 0) * bytes,
          StrideOf(tensor, 1) * bytes};
}

}  // namespace ferry::ops

#endif  // FERRY_OPS_TENSOR_VIEW_H_
