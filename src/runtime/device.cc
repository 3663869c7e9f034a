#include "runtime/device.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/env.h"
#include "base/error.h"
#include "base/live_objects.h"
#include "base/log.h"
#include "memory/segment.h"
#include "runtime/blocking_callback.h"
#include "runtime/callback.h"
#include "runtime/context.h"

namespace ferry::runtime {
namespace {

struct DeviceState {
  std::int64_t set_count = 0;        // at least 1
  void* implicit_context = nullptr;  // a handle of Contexts()
};

struct Devices {
  std::mutex mutex;
  std::map<std::int32_t, DeviceState> states;  // guarded by mutex
};

Devices& AllDevices() {
  static auto* const devices = new Devices;
  return *devices;
}

// At most so many blocks are told one by one.
constexpr std::size_t kMostOverruns = 16;

using Clock = std::chrono::steady_clock;

// What is left of a timeout since `start`.
Timeout Left(Timeout timeout, Clock::time_point start) {
  if (!timeout) return timeout;
  const auto used = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
  return std::max(*timeout - used, std::chrono::milliseconds(0));
}

// What lies on one device, or on all.
struct Holdings {
  std::vector<void*> contexts;
  std::vector<std::pair<void*, std::shared_ptr<Stream>>> streams;
};

Holdings HoldingsOf(std::optional<std::int32_t> device) {
  Holdings holdings;
  for (const auto& [handle, context] : Contexts().All()) {
    if (!device || context->device() == *device) holdings.contexts.push_back(handle);
  }
  for (auto& [handle, stream] : Streams().All()) {
    if (!device || stream->device() == *device) holdings.streams.emplace_back(handle, stream);
  }
  return holdings;
}

// Returns the devices on which a task still runs. Takes no lock: it may wait for queued work.
std::set<std::int32_t> End(const Holdings& holdings, bool force) {
  for (void* const handle : holdings.contexts) {
    const std::shared_ptr<Context> context = Contexts().Lose(handle);
    if (context != nullptr) context->Close();
  }
  // All are asked to end before any is waited for.
  std::vector<std::shared_ptr<Stream>> streams;
  for (const auto& [handle, stream] : holdings.streams) streams.push_back(stream);
  Stream::CloseAll(streams, force);
  const auto start = Clock::now();
  const Timeout limit = force ? Timeout(kForcedEndWait) : std::nullopt;
  std::set<std::int32_t> busy;
  for (const auto& [handle, stream] : holdings.streams) {
    if (!stream->Drain(Left(limit, start))) busy.insert(stream->device());
    Streams().Lose(handle);
    EndCallbacks(stream);
  }
  for (const std::int32_t device : busy) {
    log::Warning(fmt::format(
        "device {} was released while a task of it still runs; its memory is not given back",
        device));
  }
  return busy;
}

// With FERRY_STRICT=1: what a program wrote behind memory that it does not free itself.
void ReportOverruns(std::int32_t device) {
  const std::vector<std::string> overruns = memory::ProcessSegment().OverrunsOn(device);
  for (std::size_t i = 0; i < std::min(overruns.size(), kMostOverruns); ++i)
    log::Error(fmt::format("memory of {} that was never freed: {}", memory::PlaceText(device),
                           overruns[i]));
  if (overruns.size() > kMostOverruns)
    log::Error(
        fmt::format("memory of {} that was never freed: {} more allocation(s) were written "
                    "behind their ends",
                    memory::PlaceText(device), overruns.size() - kMostOverruns));
}

void FreeMemoryOf(std::int32_t device) {
  ReportOverruns(device);
  memory::ProcessSegment().FreeDevice(device);
}

}  // namespace

void RequireDevice(std::int64_t device, const char* argument) {
  Require(device >= 0 && device < env::DeviceCount(), Code::kRtInvalidDevice,
          "{} is {}; must be in [0, {}) (FERRY_DEVICE_COUNT)", argument, device,
          env::DeviceCount());
}

void SetDevice(std::int32_t device) {
  RequireDevice(device);
  Devices& devices = AllDevices();
  const std::lock_guard lock(devices.mutex);
  DeviceState& state = devices.states[device];
  ++state.set_count;
  if (Contexts().Find(state.implicit_context) == nullptr) {
    state.implicit_context = Contexts().AddOwn(std::make_shared<Context>(device));
  }
  MakeCurrent(state.implicit_context);
}

void ResetDevice(std::int32_t device, bool force) {
  RequireDevice(device);
  Devices& devices = AllDevices();
  Holdings holdings;
  {
    const std::lock_guard lock(devices.mutex);
    const auto found = devices.states.find(device);
    Require(force || found != devices.states.end(), Code::kRtContextNull,
            "deviceId is {}, which is not set: aclrtSetDevice must come first", device);
    if (!force && found->second.set_count > 1) {
      --found->second.set_count;
      return;
    }
    // In one step with what follows: what a later SetDevice makes is not in it.
    holdings = HoldingsOf(device);
    if (!force)
      for (const auto& [handle, stream] : holdings.streams) RequireNoBlockingCallbackOf(*stream);
    devices.states.erase(device);
  }
  if (!End(holdings, force).empty()) return;
  const std::lock_guard lock(devices.mutex);
  if (devices.states.count(device) != 0) return;
  FreeMemoryOf(device);
  live::DeviceLost(device);
}

std::int32_t CurrentDevice() {
  return CurrentContext()->device();
}

void* CreateContext(std::int32_t device) {
  RequireDevice(device);
  void* const handle = Contexts().Add(std::make_shared<Context>(device));
  MakeCurrent(handle);
  return handle;
}

void DestroyContext(void* context) {
  const auto found = Contexts().Find(context);
  const auto stream = Streams().Find(found == nullptr ? nullptr : found->default_stream_or_null());
  if (stream != nullptr) RequireNoBlockingCallbackOf(*stream);
  const std::shared_ptr<Context> removed = Contexts().Remove(context);
  Require(removed != nullptr, Code::kRtInvalidHandle,
          "context is {}, which is no context or one that has been destroyed", context);
  DestroyStream(removed->Close(), /*force=*/false);
}

void SynchronizeDevice(Timeout timeout) {
  const std::int32_t device = CurrentDevice();
  const auto streams = HoldingsOf(device).streams;
  const auto start = Clock::now();
  for (const auto& [handle, stream] : streams) {
    if (!stream->Drain(Left(timeout, start))) {
      Fail(Code::kRtStreamSyncTimeout,
           "device {}'s work was not done within timeout = {} ms; it goes on and can still be "
           "waited for",
           device, timeout->count());
    }
  }
  std::optional<AsyncError> first;
  for (const auto& [handle, stream] : streams) {
    const auto error = stream->Collect();
    if (error && (!first || error->IsEarlierThan(*first))) first = error;
  }
  if (first) throw AsyncError(*first);
}

void ReleaseAllDevices() {
  Devices& devices = AllDevices();
  Holdings holdings;
  {
    const std::lock_guard lock(devices.mutex);
    devices.states.clear();
    holdings = HoldingsOf(std::nullopt);
  }
  const std::set<std::int32_t> busy = End(holdings, /*force=*/true);
  const std::lock_guard lock(devices.mutex);
  for (std::int32_t device = 0; device < env::DeviceCount(); ++device) {
    if (busy.count(device) == 0 && devices.states.count(device) == 0) FreeMemoryOf(device);
  }
  ReportOverruns(memory::kHost);
}

}  // namespace ferry::runtime
