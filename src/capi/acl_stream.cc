// Streams.
#include <acl/acl.h>

#include <memory>

#include "capi/guard.h"
#include "runtime/context.h"
#include "runtime/device.h"

using ferry::Code;
using ferry::Require;
using ferry::capi::Guard;
using ferry::capi::RequireNotNull;
using ferry::capi::ToTimeout;
using ferry::runtime::FindStream;

namespace {

// Every stream is alike: priority and flags are hints that CPU threads have no use for.
void CreateStream(aclrtStream* stream) {
  RequireNotNull(stream, "stream");
  *stream = ferry::runtime::Streams().Add(
      std::make_shared<ferry::runtime::Stream>(ferry::runtime::CurrentDevice()));
}

void DestroyStream(aclrtStream stream, bool force) {
  RequireNotNull(stream, "stream");
  Require(ferry::runtime::DestroyStream(stream, force), Code::kRtInvalidHandle,
          "stream is {}, which is no stream or one that has been destroyed", stream);
}

}  // namespace

aclError aclrtCreateStream(aclrtStream* stream) {
  return Guard("aclrtCreateStream", [&] { CreateStream(stream); });
}

aclError aclrtCreateStreamWithConfig(aclrtStream* stream, uint32_t /*priority*/,
                                     uint32_t /*flag*/) {
  return Guard("aclrtCreateStreamWithConfig", [&] { CreateStream(stream); });
}

aclError aclrtDestroyStream(aclrtStream stream) {
  return Guard("aclrtDestroyStream", [&] { DestroyStream(stream, /*force=*/false); });
}

aclError aclrtDestroyStreamForce(aclrtStream stream) {
  return Guard("aclrtDestroyStreamForce", [&] { DestroyStream(stream, /*force=*/true); });
}

aclError aclrtSynchronizeStream(aclrtStream stream) {
  return Guard("aclrtSynchronizeStream", [&] { FindStream(stream)->Synchronize(std::nullopt); });
}

aclError aclrtSynchronizeStreamWithTimeout(aclrtStream stream, int32_t timeout) {
  return Guard("aclrtSynchronizeStreamWithTimeout", [&] {
    const auto limit = ToTimeout(timeout);
    FindStream(stream)->Synchronize(limit);
  });
}

aclError aclrtStreamQuery(aclrtStream stream, aclrtStreamStatus* status) {
  return Guard("aclrtStreamQuery", [&] {
    RequireNotNull(status, "status");
    *status =
        FindStream(stream)->IsIdle() ? ACL_STREAM_STATUS_COMPLETE : ACL_STREAM_STATUS_NOT_READY;
  });
}

aclError aclrtSetStreamFailureMode(aclrtStream stream, uint64_t mode) {
  return Guard("aclrtSetStreamFailureMode", [&] {
    Require(mode == ACL_CONTINUE_ON_FAILURE || mode == ACL_STOP_ON_FAILURE, Code::kRtParamInvalid,
            "mode is {}; must be 0 (ACL_CONTINUE_ON_FAILURE) or 1 (ACL_STOP_ON_FAILURE)", mode);
    FindStream(stream)->SetFailureMode(static_cast<ferry::runtime::FailureMode>(mode));
  });
}

aclError aclrtStreamAbort(aclrtStream stream) {
  return Guard("aclrtStreamAbort", [&] { FindStream(stream)->Abort(); });
}
