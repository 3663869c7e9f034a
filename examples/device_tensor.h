/* What the examples need of any program on this API: checked calls, and tensors in device memory.
 */
#ifndef FERRY_EXAMPLES_DEVICE_TENSOR_H_
#define FERRY_EXAMPLES_DEVICE_TENSOR_H_

#include <acl/acl.h>
#include <aclnn/aclnn_base.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

inline void Check(int code, const char* call) {
  if (code == 0) return;
  const char* message = aclGetRecentErrMsg();
  std::fprintf(stderr, "%s returned %d: %s\n", call, code, message ? message : "(no message)");
  std::exit(1);
}
#define CHECK(call) Check((call), #call)

// A contiguous tensor of T in device memory.
template <class T>
class DeviceTensor {
 public:
  DeviceTensor(std::vector<int64_t> dims, aclDataType type) {
    for (int64_t dim : dims) size_ *= static_cast<size_t>(dim);
    // A tensor may have no elements, an allocation has at least one byte.
    CHECK(aclrtMalloc(&memory_, size_ > 0 ? size_ * sizeof(T) : 1, ACL_MEM_MALLOC_HUGE_FIRST));
    tensor_ = aclCreateTensor(dims.data(), dims.size(), type, nullptr, 0, ACL_FORMAT_ND,
                              dims.data(), dims.size(), memory_);
  }
  DeviceTensor(std::vector<int64_t> dims, aclDataType type, const std::vector<T>& values)
      : DeviceTensor(std::move(dims), type) {
    Upload(values);
  }
  DeviceTensor(const DeviceTensor&) = delete;
  DeviceTensor& operator=(const DeviceTensor&) = delete;
  ~DeviceTensor() {
    aclDestroyTensor(tensor_);
    aclrtFree(memory_);
  }

  aclTensor* get() const { return tensor_; }
  void* data() const { return memory_; }
  void Upload(const std::vector<T>& values) {
    CHECK(aclrtMemcpy(memory_, size_ * sizeof(T), values.data(), values.size() * sizeof(T),
                      ACL_MEMCPY_HOST_TO_DEVICE));
  }
  std::vector<T> Download() const {
    std::vector<T> values(size_);
    CHECK(aclrtMemcpy(values.data(), size_ * sizeof(T), memory_, size_ * sizeof(T),
                      ACL_MEMCPY_DEVICE_TO_HOST));
    return values;
  }

 private:
  size_t size_ = 1;
  void* memory_ = nullptr;
  aclTensor* tensor_ = nullptr;
};

#endif  // FERRY_EXAMPLES_DEVICE_TENSOR_H_
