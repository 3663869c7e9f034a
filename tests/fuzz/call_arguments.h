// The arguments of an operator call as data that a fuzzer may bend: attributes, strings, tensors.
#ifndef FERRY_TESTS_FUZZ_CALL_ARGUMENTS_H_
#define FERRY_TESTS_FUZZ_CALL_ARGUMENTS_H_

#include <fuzzer/FuzzedDataProvider.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aclnn/aclnn_base.h"

namespace ferry::fuzz {

// A tensor to be made. Its memory has exactly the bytes that the legal call needs: on the heap,
// where the address sanitizer watches it, or on a device once its shape is bent, because the
// library knows the bounds of device memory only.
struct TensorSpec {
  bool given = true;
  aclDataType dtype = ACL_INT32;
  std::vector<std::int64_t> dims = {};
  std::optional<std::vector<std::int64_t>> strides = std::nullopt;
  std::int64_t offset = 0;
  aclFormat format = ACL_FORMAT_ND;
  std::vector<std::byte> contents = {};
  bool bent = false;
  std::int64_t address_shift = 0;  // bytes
  bool null_data = false;
};

struct CallArguments {
  std::vector<TensorSpec> tensors;
  std::vector<std::int64_t> attributes;
  std::vector<std::optional<std::string>> strings;  // nullopt: a null pointer
};

// An integer that borders on something, or any.
std::int64_t BorderingInteger(FuzzedDataProvider& data);

// Changes up to three of the arguments. Returns whether it did.
bool Bend(FuzzedDataProvider& data, CallArguments& arguments);

// A tensor object with its memory, both given back at its end.
class LiveTensor {
 public:
  LiveTensor(const TensorSpec& spec, int device_rank);
  LiveTensor(const LiveTensor&) = delete;
  LiveTensor& operator=(const LiveTensor&) = delete;
  ~LiveTensor();

  [[nodiscard]] aclTensor* handle() const { return handle_; }
  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  aclTensor* handle_ = nullptr;
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  bool on_device_ = false;
};

using LiveTensors = std::vector<std::unique_ptr<LiveTensor>>;
LiveTensors Make(const CallArguments& arguments, int device_rank);

// What a C caller passes for it.
inline const char* TextOf(const std::optional<std::string>& text) {
  return text ? text->c_str() : nullptr;
}

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_CALL_ARGUMENTS_H_
