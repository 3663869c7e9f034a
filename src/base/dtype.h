// Element types that Ferry's rows and tensors can have.
#ifndef FERRY_BASE_DTYPE_H_
#define FERRY_BASE_DTYPE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ferry {

// Values equal aclDataType, so that a descriptor converts by a cast (asserted in capi).
enum class DType : std::int32_t {
  kUndefined = -1,
  kFloat32 = 0,
  kFloat16 = 1,
  kInt8 = 2,
  kInt32 = 3,
  kInt64 = 9,
  kBool = 12,
  kBFloat16 = 27,
};

// Bytes of one element; 0 for a type Ferry does not compute with.
[[nodiscard]] constexpr std::size_t SizeOf(DType type) noexcept {
  switch (type) {
    case DType::kInt8:
    case DType::kBool:
      return 1;
    case DType::kFloat16:
    case DType::kBFloat16:
      return 2;
    case DType::kFloat32:
    case DType::kInt32:
      return 4;
    case DType::kInt64:
      return 8;
    case DType::kUndefined:
      break;
  }
  return 0;
}

}  // namespace ferry

#endif  // FERRY_BASE_DTYPE_H_
