// Scalars, arrays and lists: what a program hands to operators besides tensors. No operator here
// takes one; clients make and destroy them all the same.
#ifndef FERRY_RUNTIME_ACLNN_OBJECTS_H_
#define FERRY_RUNTIME_ACLNN_OBJECTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/dtype.h"
#include "runtime/handle_table.h"

namespace ferry::runtime {

inline constexpr std::size_t kLargestScalar = 16;  // bytes of a COMPLEX128

struct Scalar {
  DType dtype = DType::kUndefined;  // any number whose elements have a size
  std::array<std::byte, kLargestScalar> value{};
};

using IntArray = std::vector<std::int64_t>;
using FloatArray = std::vector<float>;
using BoolArray = std::vector<bool>;

// Handles of elements, which end with the list. Null where the program put null.
using List = std::vector<const void*>;

[[nodiscard]] HandleTable<const Scalar>& Scalars();
[[nodiscard]] HandleTable<const IntArray>& IntArrays();
[[nodiscard]] HandleTable<const FloatArray>& FloatArrays();
[[nodiscard]] HandleTable<const BoolArray>& BoolArrays();
[[nodiscard]] HandleTable<const List>& TensorLists();
[[nodiscard]] HandleTable<const List>& ScalarLists();

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_ACLNN_OBJECTS_H_
