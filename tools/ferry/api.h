// The C API as the tool calls it: a failed call becomes an exception with the library's own
// message.
#ifndef FERRY_TOOLS_FERRY_API_H_
#define FERRY_TOOLS_FERRY_API_H_

#include <acl/acl.h>
#include <aclnn/aclnn_base.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace ferry::tool {

// A call of the C API returned an error.
class ApiError : public std::runtime_error {
 public:
  ApiError(std::int32_t code, const std::string& message)
      : std::runtime_error(message), code_(code) {}
  [[nodiscard]] std::int32_t code() const { return code_; }

 private:
  std::int32_t code_;
};

// Throws ApiError unless `code` is 0.
void Check(std::int32_t code, const char* api);

// A contiguous tensor in device memory, with the memory.
class DeviceTensor {
 public:
  DeviceTensor(std::vector<std::int64_t> dims, aclDataType type);
  DeviceTensor(DeviceTensor&& other) noexcept;
  DeviceTensor& operator=(DeviceTensor&&) = delete;
  ~DeviceTensor();

  [[nodiscard]] aclTensor* handle() const { return tensor_; }
  // Ferry's device memory is host memory, so results can be read in place.
  template <class T>
  [[nodiscard]] T* data() const {
    return static_cast<T*>(memory_);
  }
  template <class T>
  void Upload(const std::vector<T>& values) {
    const std::size_t bytes = values.size() * sizeof(T);
    Check(aclrtMemcpy(memory_, bytes_, values.data(), bytes, ACL_MEMCPY_HOST_TO_DEVICE),
          "aclrtMemcpy");
  }
  // The same memory under other dimensions: the tensor's rows [0, dims[0]).
  void Reshape(std::vector<std::int64_t> dims);

 private:
  aclDataType type_;
  std::size_t bytes_ = 0;
  void* memory_ = nullptr;
  aclTensor* tensor_ = nullptr;
};

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_API_H_
