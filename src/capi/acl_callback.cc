// Host callbacks in stream order.
#include <acl/acl.h>

#include "capi/guard.h"
#include "runtime/callback.h"
#include "runtime/context.h"

using ferry::Code;
using ferry::Require;
using ferry::capi::Guard;
using ferry::capi::RequireNotNull;
using ferry::capi::ToTimeout;
using ferry::runtime::FindStream;

aclError aclrtSubscribeReport(uint64_t threadId, aclrtStream stream) {
  return Guard("aclrtSubscribeReport",
               [&] { ferry::runtime::SubscribeCallbacks(threadId, FindStream(stream)); });
}

aclError aclrtUnSubscribeReport(uint64_t threadId, aclrtStream stream) {
  return Guard("aclrtUnSubscribeReport",
               [&] { ferry::runtime::UnsubscribeCallbacks(threadId, FindStream(stream)); });
}

aclError aclrtProcessReport(int32_t timeout) {
  return Guard("aclrtProcessReport", [&] { ferry::runtime::ProcessCallback(ToTimeout(timeout)); });
}

aclError aclrtLaunchCallback(aclrtCallback fn, void* userData, aclrtCallbackBlockType blockType,
                             aclrtStream stream) {
  return Guard("aclrtLaunchCallback", [&] {
    RequireNotNull(reinterpret_cast<const void*>(fn), "fn");
    Require(blockType == ACL_CALLBACK_NO_BLOCK || blockType == ACL_CALLBACK_BLOCK,
            Code::kRtParamInvalid,
            "blockType is {}; must be 0 (ACL_CALLBACK_NO_BLOCK) or 1 (ACL_CALLBACK_BLOCK)",
            static_cast<int>(blockType));
    ferry::runtime::LaunchCallback(fn, userData, blockType == ACL_CALLBACK_BLOCK,
                                   FindStream(stream));
  });
}
