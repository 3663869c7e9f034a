// Contexts: a device as a thread sees it, with a default stream.
#ifndef FERRY_RUNTIME_CONTEXT_H_
#define FERRY_RUNTIME_CONTEXT_H_

#include <cstdint>
#include <memory>
#include <mutex>

#include "runtime/handle_table.h"
#include "runtime/stream.h"

namespace ferry::runtime {

class Context {
 public:
  explicit Context(std::int32_t device) : device_(device) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() = default;

  [[nodiscard]] std::int32_t device() const { return device_; }

  // A handle in Streams(), made when first asked for and again after the program destroyed it.
  // Throws Error{kRtContextNull} once the context is closed.
  [[nodiscard]] void* DefaultStream();

  // The handle of the one that has been made.
  [[nodiscard]] void* default_stream_or_null();

  // Ends the context: no default stream is made any more. Returns the handle of the one that there
  // was, or null.
  void* Close();

 private:
  const std::int32_t device_;
  std::mutex mutex_;
  void* default_stream_ = nullptr;  // guarded by mutex_
  bool closed_ = false;             // guarded by mutex_
};

[[nodiscard]] HandleTable<Context>& Contexts();
[[nodiscard]] HandleTable<Stream>& Streams();

// The thread's current context, or an error kRtContextNull.
[[nodiscard]] std::shared_ptr<Context> CurrentContext();
[[nodiscard]] void* CurrentContextHandle();  // null if there is none
void MakeCurrent(void* context);             // a handle of Contexts(), or null for none

// The stream that `handle` names; null is the default stream of the current context. Throws
// Error{kRtContextNull} or Error{kRtInvalidHandle}.
[[nodiscard]] std::shared_ptr<Stream> FindStream(const void* handle);

// Takes the stream out of Streams() and ends it, as Stream::Destroy says, and its callbacks with
// it. False if the handle names no stream.
bool DestroyStream(const void* handle, bool force);

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_CONTEXT_H_
