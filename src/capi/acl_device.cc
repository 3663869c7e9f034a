// Devices and contexts.
#include <acl/acl.h>

#include "base/env.h"
#include "capi/guard.h"
#include "memory/segment.h"
#include "runtime/context.h"
#include "runtime/device.h"

using ferry::Code;
using ferry::Require;
using ferry::capi::Guard;
using ferry::capi::RequireNotNull;
using ferry::capi::ToTimeout;

aclError aclrtSetDevice(int32_t deviceId) {
  return Guard("aclrtSetDevice", [&] { ferry::runtime::SetDevice(deviceId); });
}

aclError aclrtResetDevice(int32_t deviceId) {
  return Guard("aclrtResetDevice", [&] { ferry::runtime::ResetDevice(deviceId, /*force=*/false); });
}

aclError aclrtResetDeviceForce(int32_t deviceId) {
  return Guard("aclrtResetDeviceForce",
               [&] { ferry::runtime::ResetDevice(deviceId, /*force=*/true); });
}

aclError aclrtGetDevice(int32_t* deviceId) {
  return Guard("aclrtGetDevice", [&] {
    RequireNotNull(deviceId, "deviceId");
    *deviceId = ferry::runtime::CurrentDevice();
  });
}

aclError aclrtGetDeviceCount(uint32_t* count) {
  return Guard("aclrtGetDeviceCount", [&] {
    RequireNotNull(count, "count");
    *count = static_cast<uint32_t>(ferry::env::DeviceCount());
  });
}

aclError aclrtGetRunMode(aclrtRunMode* runMode) {
  return Guard("aclrtGetRunMode", [&] {
    RequireNotNull(runMode, "runMode");
    *runMode = ACL_HOST;
  });
}

aclError aclrtSynchronizeDevice(void) {
  return Guard("aclrtSynchronizeDevice", [] { ferry::runtime::SynchronizeDevice(std::nullopt); });
}

aclError aclrtSynchronizeDeviceWithTimeout(int32_t timeout) {
  return Guard("aclrtSynchronizeDeviceWithTimeout",
               [&] { ferry::runtime::SynchronizeDevice(ToTimeout(timeout)); });
}

aclError aclrtGetMemInfo(aclrtMemAttr attr, size_t* freeBytes, size_t* totalBytes) {
  return Guard("aclrtGetMemInfo", [&] {
    Require(attr >= ACL_DDR_MEM && attr <= ACL_MEM_P2P_HUGE1G, Code::kRtParamInvalid,
            "attr is {}; must be in [{}, {}]", static_cast<int>(attr),
            static_cast<int>(ACL_DDR_MEM), static_cast<int>(ACL_MEM_P2P_HUGE1G));
    RequireNotNull(freeBytes, "free");
    RequireNotNull(totalBytes, "total");
    const auto usage = ferry::memory::ProcessSegment().UsageOf(ferry::runtime::CurrentDevice());
    *freeBytes = usage.limit - usage.used;
    *totalBytes = usage.limit;
  });
}

// All devices are memory of one machine.
aclError aclrtDeviceCanAccessPeer(int32_t* canAccessPeer, int32_t deviceId, int32_t peerDeviceId) {
  return Guard("aclrtDeviceCanAccessPeer", [&] {
    RequireNotNull(canAccessPeer, "canAccessPeer");
    ferry::runtime::RequireDevice(deviceId);
    ferry::runtime::RequireDevice(peerDeviceId, "peerDeviceId");
    *canAccessPeer = 1;
  });
}

aclError aclrtDeviceEnablePeerAccess(int32_t peerDeviceId, uint32_t /*flags*/) {
  return Guard("aclrtDeviceEnablePeerAccess",
               [&] { ferry::runtime::RequireDevice(peerDeviceId, "peerDeviceId"); });
}

aclError aclrtCreateContext(aclrtContext* context, int32_t deviceId) {
  return Guard("aclrtCreateContext", [&] {
    RequireNotNull(context, "context");
    *context = ferry::runtime::CreateContext(deviceId);
  });
}

aclError aclrtDestroyContext(aclrtContext context) {
  return Guard("aclrtDestroyContext", [&] {
    RequireNotNull(context, "context");
    ferry::runtime::DestroyContext(context);
  });
}

aclError aclrtSetCurrentContext(aclrtContext context) {
  return Guard("aclrtSetCurrentContext", [&] {
    RequireNotNull(context, "context");
    Require(ferry::runtime::Contexts().Find(context) != nullptr, Code::kRtInvalidHandle,
            "context is {}, which is no context or one that has been destroyed", context);
    ferry::runtime::MakeCurrent(context);
  });
}

aclError aclrtGetCurrentContext(aclrtContext* context) {
  return Guard("aclrtGetCurrentContext", [&] {
    RequireNotNull(context, "context");
    void* const current = ferry::runtime::CurrentContextHandle();
    if (current == nullptr) (void)ferry::runtime::CurrentContext();  // throws: there is none
    *context = current;
  });
}

aclError aclrtCtxGetCurrentDefaultStream(aclrtStream* stream) {
  return Guard("aclrtCtxGetCurrentDefaultStream", [&] {
    RequireNotNull(stream, "stream");
    *stream = ferry::runtime::CurrentContext()->DefaultStream();
  });
}
