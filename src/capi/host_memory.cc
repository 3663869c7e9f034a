#include "capi/host_memory.h"

#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <unordered_set>

#include "base/env.h"
#include "base/error.h"
#include "base/live_objects.h"
#include "capi/device_memory.h"
#include "capi/guard.h"
#include "memory/segment.h"

namespace ferry::capi {
namespace {

constexpr std::size_t kAlignment = 64;

// Of the C library's heap: what FreeOnHost may be given without FERRY_STRICT=1.
struct HeapBlocks {
  std::mutex mutex;
  std::unordered_set<void*> blocks;  // guarded by mutex

  static HeapBlocks& Get() {
    static auto* const blocks = new HeapBlocks;
    return *blocks;
  }
};

void* AllocateOnHeap(std::size_t size) {
  void* const block =
      std::aligned_alloc(kAlignment, (size + kAlignment - 1) / kAlignment * kAlignment);
  Require(block != nullptr, Code::kRtMemoryAllocation, "size is {} bytes, more than there is",
          size);
  HeapBlocks& all = HeapBlocks::Get();
  const std::lock_guard lock(all.mutex);
  all.blocks.insert(block);
  return block;
}

[[noreturn]] void RefuseFree(const void* memory) {
  const auto guard = env::Strict() ? memory::ProcessSegment().GuardOf(memory) : nullptr;
  if (guard != nullptr && guard->freed() && guard->begin() == memory)
    Fail(Code::kRtParamInvalid, "hostPtr {} has been freed already; it was {}", memory,
         guard->description());
  Fail(Code::kRtParamInvalid,
       "hostPtr is {}, which aclrtMallocHost did not return or was freed before", memory);
}

void FreeOnHeap(void* memory) {
  HeapBlocks& all = HeapBlocks::Get();
  {
    const std::lock_guard lock(all.mutex);
    if (all.blocks.erase(memory) == 0) RefuseFree(memory);
  }
  std::free(memory);
}

}  // namespace

void* AllocateOnHost(std::size_t size) {
  Require(size > 0, Code::kAclInvalidParam, "size is 0; must be at least 1");
  Require(size <= SIZE_MAX / 2, Code::kRtMemoryAllocation, "size is {} bytes, more than there is",
          size);
  if (!env::Strict()) return AllocateOnHeap(size);
  void* const memory = memory::ProcessSegment().Allocate(size, memory::kHost);
  live::Born(live::kHostMemory, memory, size);
  return memory;
}

void FreeOnHost(void* memory) {
  RequireNotNull(memory, "hostPtr");
  if (!env::Strict()) return FreeOnHeap(memory);
  const auto found = memory::ProcessSegment().Find(memory);
  if (!found || found->base != memory || found->device != memory::kHost) RefuseFree(memory);
  FreeUnused(memory, "hostPtr");
}

}  // namespace ferry::capi
