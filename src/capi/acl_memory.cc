// Memory: allocation, copies and fills, now or in stream order.
#include <acl/acl.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "capi/device_memory.h"
#include "capi/guard.h"
#include "capi/host_memory.h"
#include "memory/segment.h"
#include "ops/memory_use.h"
#include "runtime/context.h"

using ferry::Code;
using ferry::Fail;
using ferry::Require;
using ferry::capi::AllocateOnDevice;
using ferry::capi::AllocateOnHost;
using ferry::capi::FreeOnDevice;
using ferry::capi::FreeOnHost;
using ferry::capi::Guard;
using ferry::capi::RequireNotNull;
using ferry::memory::ProcessSegment;
using ferry::ops::AddUse;
using ferry::ops::MemoryUses;
using ferry::ops::UseNote;

namespace {

constexpr std::size_t kTail =
    32;  // usable bytes behind what was asked for, as the interface promises

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
  FunctionTask(const char* api, const MemoryUses& uses, std::function<void()> work)
      : api_(api), work_(std::move(work)), note_(UseNote::Make(api, uses)) {}
  void Run(const ferry::AbortFlag& /*abort*/) override {
    try {
      const std::string freed = note_ == nullptr ? "" : note_->FreedParameter();
      Require(freed.empty(), Code::kRtParamInvalid, "{}", freed);
      work_();
    } catch (const ferry::Error& error) {
      Fail(error.code(), "{}: {}", api_, error.message());  // the synchronise knows no api
    }
  }
  void Drop(const std::string& /*reason*/) noexcept override {}  // nothing is copied

 private:
  const char* const api_;
  const std::function<void()> work_;
  const std::unique_ptr<const UseNote> note_;
};

void Queue(const char* api, aclrtStream stream, const MemoryUses& uses,
           std::function<void()> work) {
  ferry::runtime::FindStream(stream)->Enqueue(
      std::make_unique<FunctionTask>(api, uses, std::move(work)));
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
    *hostPtr = AllocateOnHost(size);
  });
}

aclError aclrtFreeHost(void* hostPtr) {
  return Guard("aclrtFreeHost", [&] { FreeOnHost(hostPtr); });
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
    MemoryUses uses;
    AddUse("dst", dst, count, uses);
    AddUse("src", src, count, uses);
    Queue("aclrtMemcpyAsync", stream, uses, [=] { ProcessSegment().CopyIn(dst, src, count); });
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
    MemoryUses uses;
    AddUse("devPtr", devPtr, count, uses);
    Queue("aclrtMemsetAsync", stream, uses, [=] { ProcessSegment().Fill(devPtr, value, count); });
  });
}
