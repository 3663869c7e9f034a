// Sequences of acl and aclnn calls on handles and memory of every state: live, ended, null,
// foreign.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "acl/acl.h"
#include "aclnn/aclnn_base.h"
#include "fuzz/call_arguments.h"
#include "fuzz/fuzz_world.h"
#include "fuzz/handle_pool.h"

namespace ferry::fuzz {
namespace {

constexpr std::int32_t kDevices = 3;
constexpr std::size_t kHostBytes = 256;
constexpr int kSteps = 60;

// A device of this machine's size could be filled by one call, which is no finding.
[[maybe_unused]] const int kSmallDevices =
    ::setenv("FERRY_DEVICE_MEMORY", "64M", /*overwrite=*/0);  // NOLINT: before any thread

struct Session {
  FuzzedDataProvider data;
  HandlePool handles;  // contexts, streams, events, tensors
  HandlePool memory;   // of devices
  std::array<std::byte, kHostBytes> host{};

  void* handle() { return handles.Any(data); }
  // Null or some device memory, perhaps inside it, freed memory included while it is kept.
  void* address() {
    void* const start = memory.all().empty() ? nullptr : memory.Any(data);
    for (void* const known : memory.all()) {
      if (start == known) {
        return static_cast<std::byte*>(start) + data.ConsumeIntegralInRange<int>(0, 700);
      }
    }
    return nullptr;
  }
  std::int64_t number() { return BorderingInteger(data); }
  std::size_t size() { return static_cast<std::size_t>(number()); }
};

using Step = aclError (*)(Session&);

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
    [](Session&) { return aclrtSynchronizeDevice(); },
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
    [](Session& s) { return aclrtSynchronizeStreamWithTimeout(s.handle(), 20'000); },
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
};

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
};

aclError CreateTensor(Session& s) {
  std::array<std::int64_t, 9> dims{};
  for (std::int64_t& dim : dims) dim = s.number();
  const auto count = s.data.ConsumeIntegralInRange<std::uint64_t>(0, dims.size());
  const bool strided = s.data.ConsumeBool();
  s.handles.Add(aclCreateTensor(
      dims.data(), count, static_cast<aclDataType>(s.number()), strided ? dims.data() : nullptr,
      s.number(), static_cast<aclFormat>(s.number()), dims.data(), count, s.address()));
  return 0;
}

aclError ReadTensor(Session& s) {
  const auto* const tensor = static_cast<const aclTensor*>(s.handle());
  std::int64_t* numbers = nullptr;
  std::uint64_t count = 0;
  const aclnnStatus status = s.data.ConsumeBool() ? aclGetViewShape(tensor, &numbers, &count)
                                                  : aclGetViewStrides(tensor, &numbers, &count);
  if (status == 0) delete[] numbers;
  return status;
}

const Step kTensorSteps[] = {
    CreateTensor,
    ReadTensor,
    [](Session& s) { return aclDestroyTensor(static_cast<const aclTensor*>(s.handle())); },
    [](Session& s) { return aclDestroyAclOpExecutor(static_cast<aclOpExecutor*>(s.handle())); },
    [](Session& s) {
      return aclSetAclOpExecutorRepeatable(static_cast<aclOpExecutor*>(s.handle()));
    },
};

template <std::size_t N>
aclError TakeStep(Session& s, const Step (&steps)[N]) {
  return s.data.PickValueInArray(steps)(s);
}

aclError TakeAnyStep(Session& s) {
  switch (s.data.ConsumeIntegralInRange<int>(0, 4)) {
    case 0:
      return TakeStep(s, kContextSteps);
    case 1:
      return TakeStep(s, kStreamSteps);
    case 2:
      return TakeStep(s, kEventSteps);
    case 3:
      return TakeStep(s, kMemorySteps);
    default:
      return TakeStep(s, kTensorSteps);
  }
}

// Ends whatever is left, in no order that a well-behaved program would choose.
void EndAll(Session& s) {
  for (void* const handle : s.handles.all()) {
    static_cast<void>(aclDestroyTensor(static_cast<const aclTensor*>(handle)));
    static_cast<void>(aclrtDestroyContext(handle));
    static_cast<void>(aclrtDestroyStreamForce(handle));
    static_cast<void>(aclrtDestroyEvent(handle));
  }
  for (void* const memory : s.memory.all()) static_cast<void>(aclrtFree(memory));
  Demand(aclFinalize() == 0, "aclFinalize");
}

}  // namespace
}  // namespace ferry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ferry::fuzz;
  Session session{.data = FuzzedDataProvider(bytes, size)};
  Demand(aclInit(nullptr) == 0, "aclInit");
  Demand(aclrtSetDevice(session.data.ConsumeIntegralInRange(0, kDevices - 1)) == 0,
         "aclrtSetDevice");
  for (int step = 0; step < kSteps && session.data.remaining_bytes() != 0; ++step) {
    if (TakeAnyStep(session) == 0) continue;
    Demand(aclGetRecentErrMsg() != nullptr, "a message with each refusal");
  }
  EndAll(session);
  return 0;
}
