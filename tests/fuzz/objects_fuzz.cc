// Sequences of acl calls on devices, contexts, streams, events, callbacks and memory of every
// state: live, ended, null, foreign.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>

#include "acl/acl.h"
#include "ferry/ferry.h"
#include "fuzz/callback_thread.h"
#include "fuzz/fuzz_world.h"
#include "fuzz/object_session.h"
#include "fuzz/small_steps.h"

namespace ferry::fuzz {
namespace {

// A device of this machine's size could be filled by one call, which is no finding.
[[maybe_unused]] const int kSmallDevices =
    ::setenv("FERRY_DEVICE_MEMORY", "64M", /*overwrite=*/0);  // NOLINT: before any thread

// Without a limit it would wait for streams that nothing lets go on.
aclError SynchronizeIdleDevice(Session&) {
  const aclError code = aclrtSynchronizeDeviceWithTimeout(kShortWait);
  return code == ACL_ERROR_RT_STREAM_SYNC_TIMEOUT ? code : aclrtSynchronizeDevice();
}

// Likewise, for a record that a stream does not come to.
aclError SynchronizeRecordedEvent(Session& s) {
  void* const event = s.handle();
  const aclError code = aclrtSynchronizeEventWithTimeout(event, 2);
  return code == ACL_ERROR_RT_EVENT_SYNC_TIMEOUT ? code : aclrtSynchronizeEvent(event);
}

const Step kContextSteps[] = {
    [](Session& s) { return aclrtSetDevice(static_cast<std::int32_t>(s.number())); },
    [](Session& s) { return aclrtResetDevice(static_cast<std::int32_t>(s.number())); },
    [](Session& s) {
      void* context = nullptr;
      const aclError code = aclrtCreateContext(&context, static_cast<std::int32_t>(s.number()));
      s.handles.Add(context);
      return code;
    },
    [](Session& s) { return aclrtDestroyContext(s.handle()); },
    [](Session& s) { return aclrtSetCurrentContext(s.handle()); },
    [](Session& s) {
      void* context = nullptr;
      const aclError code = aclrtGetCurrentContext(&context);
      s.handles.Add(context);
      return code;
    },
    [](Session&) { return aclrtSynchronizeDeviceWithTimeout(kShortWait); },
    [](Session& s) { return aclrtResetDeviceForce(s.number_as<std::int32_t>()); },
    SynchronizeIdleDevice,
    [](Session& s) {
      void* stream = nullptr;
      const aclError code = aclrtCtxGetCurrentDefaultStream(&stream);
      s.handles.Add(stream);
      return code;
    },
    [](Session&) {
      std::int32_t device = -1;
      const aclError code = aclrtGetDevice(&device);
      Demand(code != 0 || device >= 0, "the current device", device);
      return code;
    },
    [](Session& s) {
      const aclError code = aclInit(s.data.ConsumeBool() ? s.text().c_str() : nullptr);
      if (code != ACL_ERROR_REPEAT_INITIALIZE) return code;  // the file, not a reference
      std::uint64_t left = 0;
      Demand(aclFinalizeReference(&left) == 0 && left == 1, "the reference before",
             static_cast<std::int64_t>(left));
      return code;
    },
};

const Step kStreamSteps[] = {
    [](Session& s) {
      void* stream = nullptr;
      const aclError code = aclrtCreateStream(&stream);
      s.handles.Add(stream);
      return code;
    },
    [](Session& s) {
      void* stream = nullptr;
      const aclError code = aclrtCreateStreamWithConfig(
          &stream, static_cast<std::uint32_t>(s.number()), static_cast<std::uint32_t>(s.number()));
      s.handles.Add(stream);
      return code;
    },
    [](Session& s) { return aclrtDestroyStream(s.handle()); },
    [](Session& s) { return aclrtDestroyStreamForce(s.handle()); },
    [](Session& s) { return aclrtSynchronizeStreamWithTimeout(s.handle(), kShortWait); },
    [](Session& s) {
      aclrtStreamStatus status{};
      return aclrtStreamQuery(s.handle(), &status);
    },
    [](Session& s) { return aclrtStreamAbort(s.handle()); },
    [](Session& s) {
      return aclrtSetStreamFailureMode(s.handle(), static_cast<std::uint64_t>(s.number()));
    },
    [](Session& s) { return aclrtStreamWaitEvent(s.handle(), s.handle()); },
};

const Step kEventSteps[] = {
    [](Session& s) {
      void* event = nullptr;
      const aclError code = aclrtCreateEvent(&event);
      s.handles.Add(event);
      return code;
    },
    [](Session& s) { return aclrtDestroyEvent(s.handle()); },
    [](Session& s) { return aclrtRecordEvent(s.handle(), s.handle()); },
    [](Session& s) { return aclrtResetEvent(s.handle(), s.handle()); },
    [](Session& s) {
      aclrtEventRecordedStatus status{};
      return aclrtQueryEventStatus(s.handle(), &status);
    },
    [](Session& s) {
      aclrtEventWaitStatus status{};
      return aclrtQueryEventWaitStatus(s.handle(), &status);
    },
    [](Session& s) {
      float milliseconds = 0;
      return aclrtEventElapsedTime(&milliseconds, s.handle(), s.handle());
    },
    [](Session& s) { return aclrtSynchronizeEventWithTimeout(s.handle(), 2); },
    SynchronizeRecordedEvent,
    [](Session& s) {
      const auto create =
          s.data.PickValueInArray({aclrtCreateEventWithFlag, aclrtCreateEventExWithFlag});
      void* event = nullptr;
      const aclError code = create(&event, s.number_as<std::uint32_t>());
      s.handles.Add(event);
      return code;
    },
};

// Not more than a fuzzer may ask of the host.
aclError AllocateOnHost(Session& s) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  void* memory = nullptr;
  const std::size_t bytes = s.size();
  const bool is_huge = bytes > kMostBytes && bytes < std::size_t{1} << 50;
  const aclError code = aclrtMallocHost(&memory, is_huge ? kMostBytes : bytes);
  s.handles.Add(memory);
  return code;
}

const Step kMemorySteps[] = {
    [](Session& s) {
      void* memory = nullptr;
      const aclError code =
          aclrtMalloc(&memory, s.size(), static_cast<aclrtMemMallocPolicy>(s.number()));
      s.memory.Add(memory);
      return code;
    },
    [](Session& s) { return aclrtFree(s.address()); },
    [](Session& s) {
      void* memory = nullptr;
      const aclError code = aclrtMallocAlign32(&memory, s.size(), ACL_MEM_MALLOC_HUGE_FIRST);
      s.memory.Add(memory);
      return code;
    },
    AllocateOnHost,
    [](Session& s) { return aclrtFreeHost(s.handle()); },
    [](Session& s) {
      return aclrtMemcpy(s.address(), s.size(), s.address(), s.size(),
                         static_cast<aclrtMemcpyKind>(s.number()));
    },
    [](Session& s) {
      const std::size_t count = s.data.ConsumeIntegralInRange<std::size_t>(0, kHostBytes);
      return aclrtMemcpy(s.address(), s.size(), s.host.data(), count, ACL_MEMCPY_HOST_TO_DEVICE);
    },
    [](Session& s) {
      return aclrtMemcpy(s.host.data(), kHostBytes, s.address(), s.size(),
                         ACL_MEMCPY_DEVICE_TO_HOST);
    },
    [](Session& s) {
      return aclrtMemcpyAsync(s.address(), s.size(), s.address(), s.size(),
                              ACL_MEMCPY_DEVICE_TO_DEVICE, s.handle());
    },
    [](Session& s) {
      return aclrtMemset(s.address(), s.size(), static_cast<std::int32_t>(s.number()), s.size());
    },
    [](Session& s) {
      return aclrtMemsetAsync(s.address(), s.size(), static_cast<std::int32_t>(s.number()),
                              s.size(), s.handle());
    },
    [](Session& s) {
      void* const memory = ferry_alloc(s.size());
      s.memory.Add(memory);
      return memory == nullptr ? 1 : 0;
    },
    [](Session& s) { return ferry_free(s.address()); },
};

// The program lends a thread of its own, which runs what it is given, or the one that fuzzes.
const Step kCallbackSteps[] = {
    [](Session& s) { return aclrtSubscribeReport(CallbackThreadId(), s.handle()); },
    [](Session& s) { return aclrtUnSubscribeReport(CallbackThreadId(), s.handle()); },
    [](Session& s) { return aclrtSubscribeReport(AnyThreadId(s), s.handle()); },
    [](Session& s) { return aclrtUnSubscribeReport(AnyThreadId(s), s.handle()); },
    [](Session& s) {
      const aclrtCallback function = s.data.ConsumeBool() ? WaitForStream : nullptr;
      return aclrtLaunchCallback(function, s.handle(), AnyBlockType(s), s.handle());
    },
    [](Session& s) {
      return aclrtLaunchCallback(CountCallback, s.handle(), AnyBlockType(s), s.handle());
    },
    // Not -1: nothing may ever come for this thread.
    [](Session& s) {
      return aclrtProcessReport(s.data.PickValueInArray({-7, -2, 0, 1, 2}));
    },
};

const Step kDeviceSteps[] = {
    [](Session& s) {
      std::int64_t value = 0;
      return aclrtGetDeviceInfo(s.number_as<std::uint32_t>(), s.number_as<aclrtDevAttr>(), &value);
    },
    [](Session& s) {
      std::int64_t value = 0;
      return aclGetDeviceCapability(s.number_as<std::uint32_t>(), s.number_as<aclDeviceInfo>(),
                                    &value);
    },
    [](Session& s) {
      std::size_t free = 0;
      std::size_t total = 0;
      return aclrtGetMemInfo(s.number_as<aclrtMemAttr>(), &free, &total);
    },
    [](Session& s) {
      std::int32_t can = 0;
      return aclrtDeviceCanAccessPeer(&can, s.number_as<std::int32_t>(),
                                      s.number_as<std::int32_t>());
    },
    [](Session& s) {
      return aclrtDeviceEnablePeerAccess(s.number_as<std::int32_t>(), s.number_as<std::uint32_t>());
    },
    [](Session& s) {
      std::uint32_t cores = 0;
      return aclrtGetResInCurrentThread(s.number_as<aclrtDevResLimitType>(), &cores);
    },
    [](Session& s) {
      std::int32_t value = 0;
      return aclGetCannAttribute(s.number_as<aclCannAttr>(), &value);
    },
    [](Session& s) {
      const aclError code = aclrtPeekAtLastError(s.number_as<aclrtLastErrLevel>());
      return code == aclrtGetLastError(ACL_RT_THREAD_LEVEL) ? 0 : code;
    },
    [](Session& s) {
      aclAppLog(s.number_as<aclLogLevel>(), s.text().c_str(), nullptr, s.number_as<std::uint32_t>(),
                s.data.ConsumeBool() ? "%s" : nullptr, s.text().c_str());
      return 0;
    },
    [](Session& s) {
      return aclrtIpcMemImportByKey(nullptr, s.text().c_str(), s.number_as<std::uint64_t>());
    },
    [](Session& s) {
      std::array<char, 8> key{};
      return aclrtIpcMemGetExportKey(s.address(), s.size(), key.data(), key.size(),
                                     s.number_as<std::uint64_t>());
    },
    [](Session& s) { return aclrtIpcMemClose(s.text().c_str()); },
};

const std::span<const Step> kTables[] = {kContextSteps,  kStreamSteps, kEventSteps, kMemorySteps,
                                         kCallbackSteps, kDeviceSteps, SmallSteps()};

// Ends whatever is left, in no order that a well-behaved program would choose.
void EndAll(Session& s) {
  for (void* const handle : s.handles.all()) {
    static_cast<void>(aclrtDestroyContext(handle));
    static_cast<void>(aclrtDestroyStreamForce(handle));
    static_cast<void>(aclrtDestroyEvent(handle));
    static_cast<void>(aclrtFreeHost(handle));
  }
  for (void* const memory : s.memory.all()) static_cast<void>(aclrtFree(memory));
  for (std::int32_t device = 0; device < kDevices; ++device) {
    Demand(aclrtResetDeviceForce(device) == 0, "aclrtResetDeviceForce");
  }
  RestCallbackThread();
  Demand(aclFinalize() == 0, "aclFinalize");
}

}  // namespace
}  // namespace ferry::fuzz

// Memory of the host that is not to be had is a refusal, and no finding.
extern "C" const char* __asan_default_options();  // NOLINT: the sanitizer's name
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ferry::fuzz;
  Session session{.data = FuzzedDataProvider(bytes, size)};
  Demand(aclInit(nullptr) == 0, "aclInit");
  Demand(aclrtSetDevice(session.data.ConsumeIntegralInRange(0, kDevices - 1)) == 0,
         "aclrtSetDevice");
  TakeSteps(session, kTables);
  EndAll(session);
  return 0;
}
