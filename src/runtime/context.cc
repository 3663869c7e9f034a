#include "runtime/context.h"

#include <utility>

#include "base/error.h"
#include "runtime/blocking_callback.h"
#include "runtime/callback.h"

namespace ferry::runtime {
namespace {

// A handle, not a pointer: the context may be destroyed by another thread.
void*& CurrentOfThisThread() {
  thread_local void* current = nullptr;
  return current;
}

}  // namespace

void* Context::DefaultStream() {
  const std::lock_guard lock(mutex_);
  Require(!closed_, Code::kRtContextNull, "the current context has been destroyed");
  if (Streams().Find(default_stream_) == nullptr)
    default_stream_ = Streams().AddOwn(std::make_shared<Stream>(device_));
  return default_stream_;
}

void* Context::default_stream_or_null() {
  const std::lock_guard lock(mutex_);
  return default_stream_;
}

void* Context::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  return std::exchange(default_stream_, nullptr);
}

HandleTable<Context>& Contexts() {
  static auto* const table = new HandleTable<Context>(HandleKind::kContext);
  return *table;
}

HandleTable<Stream>& Streams() {
  static auto* const table = new HandleTable<Stream>(HandleKind::kStream);
  return *table;
}

std::shared_ptr<Context> CurrentContext() {
  auto context = Contexts().Find(CurrentOfThisThread());
  Require(
      context != nullptr, Code::kRtContextNull,
      "this thread has no current context; call aclrtSetDevice or aclrtSetCurrentContext first");
  return context;
}

void* CurrentContextHandle() {
  void* const handle = CurrentOfThisThread();
  return Contexts().Find(handle) == nullptr ? nullptr : handle;
}

void MakeCurrent(void* context) {
  CurrentOfThisThread() = context;
}

std::shared_ptr<Stream> FindStream(const void* handle) {
  if (handle == nullptr) handle = CurrentContext()->DefaultStream();
  auto stream = Streams().Find(handle);
  Require(stream != nullptr, Code::kRtInvalidHandle,
          "stream is {}, which is no stream or one that has been destroyed", handle);
  return stream;
}

bool DestroyStream(const void* handle, bool force) {
  const std::shared_ptr<Stream> found = Streams().Find(handle);
  if (found != nullptr && !force) RequireNoBlockingCallbackOf(*found);
  const std::shared_ptr<Stream> stream = Streams().Remove(handle);
  if (stream == nullptr) return false;
  stream->Destroy(force);
  EndCallbacks(stream);
  return true;
}

}  // namespace ferry::runtime
