#include "capi/device_memory.h"

#include <cstdint>

#include "base/error.h"
#include "base/live_objects.h"
#include "capi/guard.h"
#include "memory/segment.h"
#include "ops/memory_use.h"
#include "runtime/device.h"

namespace ferry::capi {
namespace {
constexpr std::size_t kGranule = 32;
}  // namespace

void* AllocateOnDevice(std::size_t size, std::size_t tail) {
  Require(size > 0, Code::kAclInvalidParam, "size is 0; must be at least 1");
  const std::int32_t device = runtime::CurrentDevice();
  Require(size <= SIZE_MAX / 2, Code::kRtMemoryAllocation,
          "size is {} bytes, more than any device has", size);
  const std::size_t usable = (size + kGranule - 1) / kGranule * kGranule + tail;
  void* const memory = memory::ProcessSegment().Allocate(usable, device);
  live::Born(live::kDeviceMemory, memory, size, device);
  return memory;
}

void FreeOnDevice(void* memory, const char* argument) {
  RequireNotNull(memory, argument);
  const auto found = memory::ProcessSegment().Find(memory);
  Require(!found || found->device != memory::kHost, Code::kRtParamInvalid,
          "{} {} is memory of aclrtMallocHost; free it with aclrtFreeHost", argument, memory);
  FreeUnused(memory, argument);
}

void FreeUnused(void* memory, const char* argument) {
  ops::RequireUnused(memory, argument);
  if (memory::ProcessSegment().Find(memory)) live::Died(memory);
  try {
    memory::ProcessSegment().Free(memory);
  } catch (const Error& error) {
    Fail(Code::kRtParamInvalid, "{} {}", argument, error.message());
  }
}

}  // namespace ferry::capi
