#include "runtime/device.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "base/env.h"
#include "base/error.h"
#include "base/log.h"
#include "memory/segment.h"
#include "runtime/context.h"

namespace ferry::runtime {
namespace {

struct DeviceState {
  std::int64_t set_count = 0;
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

// Ends everything that lies on `device`, outside any lock: destroying a stream may wait for its
// work.
void Release(std::int32_t device, bool force) {
  bool idle = true;
  for (const auto& [handle, context] : Contexts().All()) {
    if (context->device() != device) continue;
    idle = context->Close(force) && idle;
    Contexts().Remove(handle);
  }
  for (const auto& [handle, stream] : Streams().All()) {
    if (stream->device() != device) continue;
    idle = stream->Destroy(force) && idle;
    Streams().Remove(handle);
  }
  if (idle) {
    memory::ProcessSegment().FreeDevice(device);
  } else {
    log::Warning(fmt::format(
        "device {} was reset while a task of it still runs; its memory is not given back", device));
  }
}

}  // namespace

void RequireDevice(std::int64_t device) {
  Require(device >= 0 && device < env::DeviceCount(), Code::kRtInvalidDevice,
          "deviceId is {}; must be in [0, {}) (FERRY_DEVICE_COUNT)", device, env::DeviceCount());
}

void SetDevice(std::int32_t device) {
  RequireDevice(device);
  Devices& devices = AllDevices();
  const std::lock_guard lock(devices.mutex);
  DeviceState& state = devices.states[device];
  ++state.set_count;
  if (Contexts().Find(state.implicit_context) == nullptr) {
    state.implicit_context = Contexts().Add(std::make_shared<Context>(device));
  }
  MakeCurrent(state.implicit_context);
}

void ResetDevice(std::int32_t device, bool force) {
  RequireDevice(device);
  Devices& devices = AllDevices();
  {
    const std::lock_guard lock(devices.mutex);
    const auto found = devices.states.find(device);
    Require(found != devices.states.end(), Code::kRtContextNull,
            "deviceId is {}, which is not set: aclrtSetDevice must come first", device);
    if (!force && --found->second.set_count > 0) return;
    devices.states.erase(found);
  }
  Release(device, force);
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
  const std::shared_ptr<Context> removed = Contexts().Remove(context);
  Require(removed != nullptr, Code::kRtInvalidHandle,
          "context is {}, which is no context or one that has been destroyed", context);
  removed->Close(/*force=*/false);
}

void SynchronizeDevice(Timeout timeout) {
  const std::int32_t device = CurrentDevice();
  const auto start = std::chrono::steady_clock::now();
  std::optional<AsyncError> first;
  for (const auto& [handle, stream] : Streams().All()) {
    if (stream->device() != device) continue;
    Timeout left = timeout;
    if (left) {
      const auto used = std::chrono::duration_cast<std::chrono::milliseconds>(
          std::chrono::steady_clock::now() - start);
      left = std::max(*left - used, std::chrono::milliseconds(0));
    }
    try {
      stream->Synchronize(left);
    } catch (const AsyncError& error) {
      if (!first) first = error;
    } catch (const Error&) {
      // What is collected so far must not be lost with the time-out: it is left on its stream.
      if (first) stream->PostError(*first);
      Fail(Code::kRtStreamSyncTimeout, "device {}'s work was not done within {} ms", device,
           timeout->count());
    }
  }
  if (first) throw AsyncError(*first);
}

void ReleaseAllDevices() {
  Devices& devices = AllDevices();
  {
    const std::lock_guard lock(devices.mutex);
    devices.states.clear();
  }
  for (std::int32_t device = 0; device < env::DeviceCount(); ++device) {
    Release(device, /*force=*/true);
  }
}

}  // namespace ferry::runtime
