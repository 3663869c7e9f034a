// The wall for the two phases of an operator.
#ifndef FERRY_CAPI_OPERATOR_GUARD_H_
#define FERRY_CAPI_OPERATOR_GUARD_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "capi/guard.h"
#include "comm/refusal.h"
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

// As AclnnGuard. What is refused is noted for the rank: its peers will wait for it, and reports
// then say why. `stream` is null in phase 1.
template <class Body>
int OperatorGuard(const char* api, const void* stream, Body&& body) noexcept {
  return AclnnGuard(api, [&] {
    try {
      body();
    } catch (const Error& error) {
      if (const auto device = DeviceOf(stream))
        comm::NoteRefusal(*device, fmt::format("{}: {}", api, error.message()));
      throw;
    }
  });
}

}  // namespace ferry::capi

#endif  // FERRY_CAPI_OPERATOR_GUARD_H_
