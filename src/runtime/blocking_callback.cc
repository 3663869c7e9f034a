#include "runtime/blocking_callback.h"

#include "base/error.h"

namespace ferry::runtime {
namespace {

const BlockingCallback*& InnermostOfThisThread() {
  thread_local const BlockingCallback* innermost = nullptr;
  return innermost;
}

}  // namespace

BlockingCallback::BlockingCallback(const Stream* stream)
    : stream_(stream), outer_(InnermostOfThisThread()) {
  InnermostOfThisThread() = this;
}

BlockingCallback::~BlockingCallback() {
  InnermostOfThisThread() = outer_;
}

void RequireNoBlockingCallbackOf(const Stream& stream) {
  for (const auto* callback = InnermostOfThisThread(); callback != nullptr;
       callback = callback->outer_) {
    Require(callback->stream_ != &stream, Code::kRtParamInvalid,
            "called from a callback that the stream waits for (blockType = ACL_CALLBACK_BLOCK), so "
            "the wait for the stream would never end; call it after the callback has returned");
  }
}

}  // namespace ferry::runtime
