#include "runtime/tensor_desc.h"

namespace ferry::runtime {

HandleTable<const TensorDesc>& TensorDescs() {
  static auto* const table = new HandleTable<const TensorDesc>(HandleKind::kTensorDesc);
  return *table;
}

HandleTable<const DataBuffer>& DataBuffers() {
  static auto* const table = new HandleTable<const DataBuffer>(HandleKind::kDataBuffer);
  return *table;
}

}  // namespace ferry::runtime
