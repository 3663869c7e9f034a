#include "api.h"

#include <fmt/format.h>

#include <functional>
#include <numeric>
#include <utility>

namespace ferry::tool {
namespace {

aclTensor* CreateTensor(const std::vector<std::int64_t>& dims, aclDataType type, void* memory) {
  return aclCreateTensor(dims.data(), dims.size(), type, nullptr, 0, ACL_FORMAT_ND, dims.data(),
                         dims.size(), memory);
}

}  // namespace

void Check(std::int32_t code, const char* api) {
  if (code == 0) return;
  const char* message = aclGetRecentErrMsg();
  throw ApiError(
      code, message != nullptr ? std::string(message) : fmt::format("{} returned {}", api, code));
}

DeviceTensor::DeviceTensor(std::vector<std::int64_t> dims, aclDataType type) : type_(type) {
  const auto elements =
      std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
  bytes_ = static_cast<std::size_t>(elements) * aclDataTypeSize(type);
  Check(aclrtMalloc(&memory_, bytes_, ACL_MEM_MALLOC_HUGE_FIRST), "aclrtMalloc");
  tensor_ = CreateTensor(dims, type, memory_);
}

DeviceTensor::DeviceTensor(DeviceTensor&& other) noexcept
    : type_(other.type_),
      bytes_(other.bytes_),
      memory_(std::exchange(other.memory_, nullptr)),
      tensor_(std::exchange(other.tensor_, nullptr)) {}

DeviceTensor::~DeviceTensor() {
  if (tensor_ != nullptr) aclDestroyTensor(tensor_);
  if (memory_ != nullptr) aclrtFree(memory_);
}

void DeviceTensor::Reshape(std::vector<std::int64_t> dims) {
  aclDestroyTensor(tensor_);
  tensor_ = CreateTensor(dims, type_, memory_);
}

}  // namespace ferry::tool
