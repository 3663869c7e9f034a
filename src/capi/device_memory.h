// Device memory as the C API hands it out: aclrtMalloc and ferry_alloc, which may be freed by
// either.
#ifndef FERRY_CAPI_DEVICE_MEMORY_H_
#define FERRY_CAPI_DEVICE_MEMORY_H_

#include <cstddef>

namespace ferry::capi {

// At least `size` bytes and `tail` more of the current device, at a multiple of 512. Throws
// Error{kAclInvalidParam} for 0, Error{kRtContextNull} without a device, Error{kRtMemoryAllocation}
// for more than the device has.
[[nodiscard]] void* AllocateOnDevice(std::size_t size, std::size_t tail);

// Throws Error{kRtParamInvalid} for what AllocateOnDevice did not return or was freed before, and
// under FERRY_STRICT=1 for what an operator still uses; Error{kAclInvalidParam} for null.
void FreeOnDevice(void* memory, const char* argument);

// Ends a live block of the process's segment, a device's or the host's, that no queued work uses;
// under FERRY_STRICT=1 it throws Error{kRtParamInvalid} if some does.
void FreeUnused(void* memory, const char* argument);

}  // namespace ferry::capi

#endif  // FERRY_CAPI_DEVICE_MEMORY_H_
