#include "ops/tensor_arg.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/math.h"

namespace ferry::ops {
namespace {

std::int64_t ElementBytes(const TensorArg& tensor) {
  return static_cast<std::int64_t>(SizeOf(tensor.dtype));
}

std::uintptr_t DataAddress(const TensorArg& tensor) {
  return reinterpret_cast<std::uintptr_t>(tensor.data);
}

}  // namespace

std::int64_t Rank(const OptionalTensor& tensor) {
  return tensor ? static_cast<std::int64_t>(tensor->dims.size()) : 0;
}

std::int64_t Dim(const OptionalTensor& tensor, std::size_t index) {
  return tensor && index < tensor->dims.size() ? tensor->dims[index] : 0;
}

std::int64_t NumElements(const OptionalTensor& tensor) {
  if (!tensor || !tensor->alive) return 0;
  std::int64_t count = 1;
  for (const std::int64_t dim : tensor->dims) {
    if (dim <= 0) return 0;
    count = SaturatingMultiply(count, dim);
  }
  return count;
}

ByteExtent ExtentOf(const OptionalTensor& tensor) {
  if (NumElements(tensor) == 0) return {};
  std::int64_t first = tensor->offset;
  std::int64_t last = tensor->offset;
  const std::size_t strided = std::min(tensor->dims.size(), tensor->strides.size());
  for (std::size_t i = 0; i < strided; ++i) {
    const std::int64_t reach = SaturatingMultiply(tensor->dims[i] - 1, tensor->strides[i]);
    std::int64_t& end = reach < 0 ? first : last;
    end = SaturatingAdd(end, reach);
  }
  const std::int64_t bytes = ElementBytes(*tensor);
  return {SaturatingMultiply(first, bytes),
          SaturatingMultiply(SaturatingAdd<std::int64_t>(last, 1), bytes)};
}

bool IsNullData(const OptionalTensor& tensor) {
  return NumElements(tensor) > 0 && tensor->data == nullptr;
}

bool IsMisaligned(const OptionalTensor& tensor) {
  if (NumElements(tensor) == 0) return false;
  const std::int64_t bytes = ElementBytes(*tensor);
  return bytes > 1 && DataAddress(*tensor) % static_cast<std::uintptr_t>(bytes) != 0;
}

bool StaysInMemory(const OptionalTensor& tensor) {
  if (NumElements(tensor) == 0 || tensor->data == nullptr) return true;
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const ByteExtent extent = ExtentOf(tensor);
  if (extent.begin == kMin || extent.end == kMax) return false;

  const MemoryRange range =
      tensor->allocation.value_or(MemoryRange{1, std::numeric_limits<std::uintptr_t>::max()});
  const std::uintptr_t data = DataAddress(*tensor);
  const auto below = static_cast<std::int64_t>(std::min<std::uintptr_t>(data - range.begin, kMax));
  const auto above = static_cast<std::int64_t>(std::min<std::uintptr_t>(range.end - data, kMax));
  return extent.begin >= -below && extent.end <= above;
}

std::string NameOf(DType type) {
  switch (type) {
    case DType::kFloat32:
      return "FLOAT";
    case DType::kFloat16:
      return "FLOAT16";
    case DType::kInt8:
      return "INT8";
    case DType::kInt32:
      return "INT32";
    case DType::kInt64:
      return "INT64";
    case DType::kBool:
      return "BOOL";
    case DType::kBFloat16:
      return "BF16";
    case DType::kUndefined:
      return "DT_UNDEFINED";
  }
  return fmt::format("aclDataType {}", static_cast<std::int32_t>(type));
}

std::string ShapeText(const OptionalTensor& tensor) {
  return tensor ? fmt::format("[{}]", fmt::join(tensor->dims, ", ")) : "null";
}

std::string MemoryText(const OptionalTensor& tensor) {
  if (!tensor || !tensor->allocation) return "the address space";
  const std::uintptr_t data = DataAddress(*tensor);
  const MemoryRange& range = *tensor->allocation;
  const auto begin = static_cast<std::int64_t>(range.begin - data);  // 0 or negative
  return fmt::format("the allocation around it, bytes [{}, {})", begin, range.end - data);
}

}  // namespace ferry::ops
