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

  // Made, and entered into Streams(), when first asked for.
  [[nodiscard]] std::shared_ptr<Stream> DefaultStream();
  [[nodiscard]] void* DefaultStreamHandle();

  // Destroys the default stream if there is one.
  bool Close(bool force);

 private:
  const std::int32_t device_;
  std::mutex mutex_;
  void* default_stream_ = nullptr;  // guarded by mutex_; a handle in Streams()
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

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_CONTEXT_H_
