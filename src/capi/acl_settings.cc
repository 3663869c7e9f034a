// What programs set and a library of CPU threads has no use for, and what it does not have.
#include <acl/acl.h>

#include "capi/guard.h"

using ferry::Code;
using ferry::Fail;
using ferry::capi::Guard;
using ferry::capi::RequireNotNull;

namespace {

[[noreturn]] void RefuseIpc() {
  Fail(Code::kRtFeatureNotSupport,
       "device memory cannot be shared between processes by a key; ranks of several processes "
       "exchange it through their communicator");
}

}  // namespace

// HCCL_EXEC_TIMEOUT limits the waiting of collective operators; nothing else waits.
aclError aclrtSetOpWaitTimeout(uint32_t /*timeout*/) {
  return ACL_SUCCESS;
}

aclError aclrtSetOpExecuteTimeOut(uint32_t /*timeout*/) {
  return ACL_SUCCESS;
}

// No task here raises a device exception: failures are reported by the synchronise.
aclError aclrtSetExceptionInfoCallback(aclrtExceptionInfoCallback /*callback*/) {
  return ACL_SUCCESS;
}

aclError aclrtIpcMemGetExportKey(void* devPtr, size_t /*size*/, char* key, size_t /*len*/,
                                 uint64_t /*flags*/) {
  return Guard("aclrtIpcMemGetExportKey", [&] {
    RequireNotNull(devPtr, "devPtr");
    RequireNotNull(key, "key");
    RefuseIpc();
  });
}

aclError aclrtIpcMemImportByKey(void** devPtr, const char* key, uint64_t /*flags*/) {
  return Guard("aclrtIpcMemImportByKey", [&] {
    RequireNotNull(devPtr, "devPtr");
    RequireNotNull(key, "key");
    RefuseIpc();
  });
}

aclError aclrtIpcMemClose(const char* key) {
  return Guard("aclrtIpcMemClose", [&] {
    RequireNotNull(key, "key");
    RefuseIpc();
  });
}
