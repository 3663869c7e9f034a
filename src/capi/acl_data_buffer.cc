// Data buffers: an address with a size.
#include <acl/acl.h>

#include <memory>

#include "capi/guard.h"
#include "runtime/tensor_desc.h"

using ferry::capi::Guard;
using ferry::runtime::DataBuffer;
using ferry::runtime::DataBuffers;

aclDataBuffer* aclCreateDataBuffer(void* data, size_t size) {
  aclDataBuffer* handle = nullptr;
  Guard("aclCreateDataBuffer", [&] {
    auto buffer = std::make_shared<const DataBuffer>(DataBuffer{.data = data, .bytes = size});
    handle = static_cast<aclDataBuffer*>(DataBuffers().Add(std::move(buffer)));
  });
  return handle;
}

aclError aclDestroyDataBuffer(const aclDataBuffer* dataBuffer) {
  return Guard("aclDestroyDataBuffer", [&] {
    ferry::capi::RequireNotNull(dataBuffer, "dataBuffer");
    ferry::Require(DataBuffers().Remove(dataBuffer) != nullptr, ferry::Code::kRtInvalidHandle,
                   "dataBuffer is {}, which is no data buffer or one that has been destroyed",
                   static_cast<const void*>(dataBuffer));
  });
}
