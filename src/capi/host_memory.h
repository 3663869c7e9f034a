// Host memory as the C API hands it out: aclrtMallocHost.
#ifndef FERRY_CAPI_HOST_MEMORY_H_
#define FERRY_CAPI_HOST_MEMORY_H_

#include <cstddef>

namespace ferry::capi {

// At a multiple of 64; under FERRY_STRICT=1 guarded as device memory is. Throws
// Error{kAclInvalidParam} for 0, Error{kRtMemoryAllocation} for more than there is.
[[nodiscard]] void* AllocateOnHost(std::size_t size);

// Throws as FreeOnDevice does, for what AllocateOnHost did not return.
void FreeOnHost(void* memory);

}  // namespace ferry::capi

#endif  // FERRY_CAPI_HOST_MEMORY_H_
