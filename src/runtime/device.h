// The virtual devices of this process.
#ifndef FERRY_RUNTIME_DEVICE_H_
#define FERRY_RUNTIME_DEVICE_H_

#include <cstdint>

#include "runtime/stream.h"

namespace ferry::runtime {

// Throws Error{kRtInvalidDevice} unless 0 <= device < DeviceCount().
void RequireDevice(std::int64_t device, const char* argument = "deviceId");

// Makes the device's implicit context current on this thread. Counted: see ResetDevice.
void SetDevice(std::int32_t device);

// Undoes one SetDevice (force: all of them, be it none). The last one releases what this process
// has on the device: its streams (their work is waited for; force: dropped), its contexts and its
// memory. The memory stays while a task that was asked to end does not, or while another thread has
// set the device again. Throws Error{kRtContextNull} if there is no SetDevice to undo.
void ResetDevice(std::int32_t device, bool force);

// The current context's device; throws Error{kRtContextNull} without one.
[[nodiscard]] std::int32_t CurrentDevice();

// Creates a context on the device and makes it current; destroys one.
[[nodiscard]] void* CreateContext(std::int32_t device);
void DestroyContext(void* context);

// Waits for every stream of the current device, collects all pending errors and throws the one that
// happened first. Throws Error{kRtStreamSyncTimeout} when the time is over: nothing is collected.
void SynchronizeDevice(Timeout timeout);

// Releases all devices by force, in two seconds however many tasks do not end: for aclFinalize.
void ReleaseAllDevices();

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_DEVICE_H_
