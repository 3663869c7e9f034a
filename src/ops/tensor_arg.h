// What the checks see of one tensor argument: a copy of its description, never its contents.
#ifndef FERRY_OPS_TENSOR_ARG_H_
#define FERRY_OPS_TENSOR_ARG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/dtype.h"

namespace ferry::ops {

inline constexpr std::int32_t kFormatFractalNz = 29;  // aclFormat, the one format that is refused

// Addresses [begin, end) of one allocation of device memory.
struct MemoryRange {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

struct TensorArg {
  bool alive = true;  // false: the caller's handle is not that of a tensor; all else is then empty
  std::vector<std::int64_t> dims;
  std::vector<std::int64_t> strides;      // elements, one a dim
  std::int64_t offset = 0;                // elements from `data` to the first element
  DType dtype = DType::kUndefined;        // any number that a caller passed
  std::int32_t format = 2;                // aclFormat
  std::byte* data = nullptr;              // start of the storage
  std::optional<MemoryRange> allocation;  // what holds `data`; nothing when it is not ours
};

using OptionalTensor = std::optional<TensorArg>;

// Bytes relative to TensorArg::data that accesses to all elements touch: [begin, end). Saturated.
struct ByteExtent {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

// All of these answer 0 (or false) for an absent tensor and for a dim that it does not have.
[[nodiscard]] std::int64_t Rank(const OptionalTensor& tensor);
[[nodiscard]] std::int64_t Dim(const OptionalTensor& tensor, std::size_t index);
[[nodiscard]] std::int64_t NumElements(const OptionalTensor& tensor);  // saturated
[[nodiscard]] ByteExtent ExtentOf(const OptionalTensor& tensor);
[[nodiscard]] bool IsNullData(const OptionalTensor& tensor);  // has elements but no storage
[[nodiscard]] bool IsMisaligned(const OptionalTensor& tensor);

// Whether every byte of the tensor lies where the caller may mean it: inside the allocation that
// holds its storage, or, for memory that is not ours, at least inside the address space.
[[nodiscard]] bool StaysInMemory(const OptionalTensor& tensor);

// For messages: `BF16`, `[8, 7168]`.
[[nodiscard]] std::string NameOf(DType type);
[[nodiscard]] std::string ShapeText(const OptionalTensor& tensor);
[[nodiscard]] std::string MemoryText(const OptionalTensor& tensor);  // what it must stay in

}  // namespace ferry::ops

#endif  // FERRY_OPS_TENSOR_ARG_H_
