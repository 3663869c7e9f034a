// Memory: allocation, copies and fills, now or in stream order.
#include <acl/acl.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <utility>

#include "base/live_objects.h"
#include "capi/device_memory.h"
#include "capi/guard.h"
#include "memory/segment.h"
#include "runtime/context.h"

using ferry::Code;
using ferry::Fail;
using ferry::Require;
using ferry::capi::AllocateOnDevice;
using ferry::capi::FreeOnDevice;
using ferry::capi::Guard;
using ferry::capi::RequireNotNull;
namespace live = ferry::live;
using ferry::memory::ProcessSegment;

namespace {

constexpr std::size_t kTail =
    32;  // usable bytes behind what was asked for, as the interface promises
constexpr std::size_t kHostAlignment = 64;

// Host memory that aclrtFreeHost may be given.
struct HostBlocks {
  std::mutex mutex;
  std::unordered_set<void*> blocks;  // guarded by mutex
};

HostBlocks& AllHostBlocks() {
  static auto* const blocks = new HostBlocks;
  return *blocks;
}

void CheckKind(aclrtMemcpyKind kind) {
  Require(kind >= ACL_MEMCPY_HOST_TO_HOST && kind <= ACL_MEMCPY_INTER_DEVICE_TO_DEVICE,
          Code::kRtParamInvalid, "kind is {}; must be in [{}, {}]", static_cast<int>(kind),
          static_cast<int>(ACL_MEMCPY_HOST_TO_HOST),
          static_cast<int>(ACL_MEMCPY_INTER_DEVICE_TO_DEVICE));
}

// False when there is nothing to copy, which no argument can make an error.
bool CheckCopy(const void* dst, std::size_t dest_max, const void* src, std::size_t count,
               aclrtMemcpyKind kind) {
  if (count == 0) return false;
  RequireNotNull(dst, "dst");
  RequireNotNull(src, "src");
  Require(count <= dest_max, Code::kRtParamInvalid, "count is {}; must be in [0, destMax = {}]",
          count, dest_max);
  CheckKind(kind);
  return true;
}

bool CheckFill(const void* memory, std::size_t max_count, std::size_t count) {
  RequireNotNull(memory, "devPtr");
  Require(count <= max_count, Code::kRtParamInvalid, "count is {}; must be in [0, maxCount = {}]",
          count, max_count);
  return count > 0;
}

class FunctionTask : public ferry::runtime::Task {
 public:
  FunctionTask(const char* api, std::function<void()> work) : api_(api), work_(std::move(work)) {}
  void Run(const ferry::AbortFlag& /*abort*/) override {
    try {
      work_();
    } catch (const ferry::Error& error) {
      Fail(error.code(), "{}: {}", api_, error.message());  // the synchronise knows no api
    }
  }
  void Drop(const std::string& /*reason*/) noexcept override {}  // nothing is copied

 private:
  const char* const api_;
  const std::function<void()> work_;
};

void Queue(const char* api, aclrtStream stream, std::function<void()> work) {
  ferry::runtime::FindStream(stream)->Enqueue(std::make_unique<FunctionTask>(api, std::move(work)));
}

}  // namespace

aclError aclrtMalloc(void** devPtr, size_t size, aclrtMemMallocPolicy /*policy*/) {
  return Guard("aclrtMalloc", [&] {
    RequireNotNull(devPtr, "devPtr");
    *devPtr = AllocateOnDevice(size, kTail);
  });
}

aclError aclrtMallocAlign32(void** devPtr, size_t size, aclrtMemMallocPolicy /*policy*/) {
  return Guard("aclrtMallocAlign32", [&] {
    RequireNotNull(devPtr, "devPtr");
    *devPtr = AllocateOnDevice(size, 0);
  });
}

aclError aclrtFree(void* devPtr) {
  return Guard("aclrtFree", [&] { FreeOnDevice(devPtr, "devPtr"); });
}

aclError aclrtMallocHost(void** hostPtr, size_t size) {
  return Guard("aclrtMallocHost", [&] {
    RequireNotNull(hostPtr, "hostPtr");
    Require(size > 0, Code::kAclInvalidParam, "size is 0; must be at least 1");
    Require(size <= SIZE_MAX / 2, Code::kRtMemoryAllocation, "size is {} bytes, more than there is",
            size);
    void* const block = std::aligned_alloc(
        kHostAlignment, (size + kHostAlignment - 1) / kHostAlignment * kHostAlignment);
    Require(block != nullptr, Code::kRtMemoryAllocation, "size is {} bytes, more than there is",
            size);
    HostBlocks& all = AllHostBlocks();
    {
      const std::lock_guard lock(all.mutex);
      all.blocks.insert(block);
    }
    live::Born(live::kHostMemory, block, size);
    *hostPtr = block;
  });
}

aclError aclrtFreeHost(void* hostPtr) {
  return Guard("aclrtFreeHost", [&] {
    RequireNotNull(hostPtr, "hostPtr");
    HostBlocks& all = AllHostBlocks();
    {
      const std::lock_guard lock(all.mutex);
      Require(all.blocks.erase(hostPtr) == 1, Code::kRtParamInvalid,
              "hostPtr is {}, which aclrtMallocHost did not return or was freed before", hostPtr);
    }
    live::Died(hostPtr);
    std::free(hostPtr);
  });
}

aclError aclrtMemcpy(void* dst, size_t destMax, const void* src, size_t count,
                     aclrtMemcpyKind kind) {
  return Guard("aclrtMemcpy", [&] {
    if (CheckCopy(dst, destMax, src, count, kind)) ProcessSegment().CopyIn(dst, src, count);
  });
}

aclError aclrtMemcpyAsync(void* dst, size_t destMax, const void* src, size_t count,
                          aclrtMemcpyKind kind, aclrtStream stream) {
  return Guard("aclrtMemcpyAsync", [&] {
    if (!CheckCopy(dst, destMax, src, count, kind)) return;
    Queue("aclrtMemcpyAsync", stream, [=] { ProcessSegment().CopyIn(dst, src, count); });
  });
}

aclError aclrtMemset(void* devPtr, size_t maxCount, int32_t value, size_t count) {
  return Guard("aclrtMemset", [&] {
    if (CheckFill(devPtr, maxCount, count)) ProcessSegment().Fill(devPtr, value, count);
  });
}

aclError aclrtMemsetAsync(void* devPtr, size_t maxCount, int32_t value, size_t count,
                          aclrtStream stream) {
  return Guard("aclrtMemsetAsync", [&] {
    if (!CheckFill(devPtr, maxCount, count)) return;
    Queue("aclrtMemsetAsync", stream, [=] { ProcessSegment().Fill(devPtr, value, count); });
  });
}
