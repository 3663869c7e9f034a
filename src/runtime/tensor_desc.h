// Tensor descriptors and data buffers of acl's single-operator interface. No operator here takes
// one; programs make, read and change them all the same.
#ifndef FERRY_RUNTIME_TENSOR_DESC_H_
#define FERRY_RUNTIME_TENSOR_DESC_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/handle_table.h"

namespace ferry::runtime {

using Range = std::array<std::int64_t, 2>;  // smallest and largest

// Numbers are what the program passed, unless a comment says otherwise.
struct TensorDesc {
  std::int32_t data_type = 0;  // aclDataType
  std::int32_t format = 0;     // aclFormat
  std::vector<std::int64_t> dims;
  std::vector<Range> dim_ranges;  // empty: none was set
  std::vector<Range> value_ranges;
  // Shared, so that a pointer to it outlives other changes of the descriptor. Never null.
  std::shared_ptr<const std::string> name = std::make_shared<const std::string>();
  std::int32_t origin_format = -1;
  std::vector<std::int64_t> origin_dims;
  std::int32_t storage_format = -1;
  std::vector<std::int64_t> storage_dims;
  std::int32_t memory_type = 0;  // aclMemType
  std::string dynamic_input;
  const void* constant = nullptr;  // the program's
  std::size_t constant_bytes = 0;
};

struct DataBuffer {
  void* data = nullptr;  // the program's
  std::size_t bytes = 0;
};

[[nodiscard]] HandleTable<const TensorDesc>& TensorDescs();
[[nodiscard]] HandleTable<const DataBuffer>& DataBuffers();

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_TENSOR_DESC_H_
