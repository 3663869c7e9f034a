// The wall between exceptions and status codes. Every C entry is `return Guard("name", [&] { ...
// });`.
#ifndef FERRY_CAPI_GUARD_H_
#define FERRY_CAPI_GUARD_H_

#include <exception>
#include <new>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "runtime/message.h"
#include "runtime/stream.h"

namespace ferry::capi {

// Records the message for aclGetRecentErrMsg and writes it to stderr.
template <class Status>
Status Report(Code code, const std::string& message) noexcept {
  try {
    runtime::SetRecentMessage(code, message);
    log::Error(message);
  } catch (const std::exception&) {
    // Out of memory for the text: the code still reaches the caller.
  }
  return static_cast<Status>(code);
}

// Runs `body`. An Error becomes its code and the message `<api>: <text>`; the failure of a queued
// task keeps its own sentence, which is the same on every rank.
template <class Status, class Body>
Status GuardAs(const char* api, Body&& body) noexcept {
  try {
    try {
      body();
      return static_cast<Status>(0);
    } catch (const runtime::AsyncError& error) {
      return Report<Status>(error.code(), error.message());
    } catch (const Error& error) {
      return Report<Status>(error.code(), fmt::format("{}: {}", api, error.message()));
    } catch (const std::bad_alloc&) {
      return Report<Status>(Code::kRtMemoryAllocation,
                            fmt::format("{}: this process is out of memory", api));
    } catch (const std::exception& error) {
      return Report<Status>(Code::kAclInternalError,
                            fmt::format("{}: internal error: {}", api, error.what()));
    }
  } catch (const std::exception&) {
    return static_cast<Status>(Code::kAclInternalError);  // no memory even for the message
  }
}

template <class Body>
int Guard(const char* api, Body&& body) noexcept {
  return GuardAs<int>(api, std::forward<Body>(body));
}

// Mandatory pointers of the acl functions.
inline void RequireNotNull(const void* pointer, const char* argument) {
  Require(pointer != nullptr, Code::kAclInvalidParam, "{} is null; must be a valid pointer",
          argument);
}

// Milliseconds as the acl functions take them: -1 is for ever.
inline runtime::Timeout ToTimeout(std::int32_t milliseconds) {
  Require(milliseconds >= -1, Code::kRtParamInvalid,
          "timeout is {} ms; must be -1 (for ever) or more", milliseconds);
  if (milliseconds == -1) return std::nullopt;
  return std::chrono::milliseconds(milliseconds);
}

}  // namespace ferry::capi

#endif  // FERRY_CAPI_GUARD_H_
