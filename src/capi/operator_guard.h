// The wall for the two phases of an operator.
#ifndef FERRY_CAPI_OPERATOR_GUARD_H_
#define FERRY_CAPI_OPERATOR_GUARD_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "capi/guard.h"
#include "comm/refusal.h"
#include "ops/call_text.h"
#include "runtime/context.h"

namespace ferry::capi {

// The device that a call on `stream` concerns; that of the current context for null or what is no
// stream.
inline std::optional<std::int32_t> DeviceOf(const void* stream) {
  if (const auto found = runtime::Streams().Find(stream)) return found->device();
  if (const auto context = runtime::Contexts().Find(runtime::CurrentContextHandle()))
    return context->device();
  return std::nullopt;
}

// One advice a process is help, one a refusal is noise: the others want FERRY_LOG=info.
inline void Advise(const std::string& advice) {
  static std::atomic<bool> given{false};
  if (advice.empty()) return;
  // relaxed: the flag publishes nothing, it only lets one thread through.
  given.exchange(true, std::memory_order_relaxed) ? log::Info(advice) : log::Error(advice);
}

// As AclnnGuard, with the advice behind the message. What is refused is noted for the rank: its
// peers will wait for it, and reports then say why. `stream` is null in phase 1.
template <class Body>
int OperatorGuard(const char* api, const void* stream, Body&& body) noexcept {
  std::string advice;
  const int code = AclnnGuard(api, [&] {
    try {
      body();
    } catch (const Error& error) {
      if (const auto* refused = dynamic_cast<const ops::RefusedCall*>(&error))
        advice = refused->advice();
      if (const auto device = DeviceOf(stream))
        comm::NoteRefusal(*device, fmt::format("{}: {}", api, error.message()));
      throw;
    }
  });
  Advise(advice);
  return code;
}

}  // namespace ferry::capi

#endif  // FERRY_CAPI_OPERATOR_GUARD_H_
