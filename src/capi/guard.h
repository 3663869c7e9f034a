// The wall between exceptions and status codes. Every C entry is
// `return Guard("name", [&] { ... });`.
#ifndef FERRY_CAPI_GUARD_H_
#define FERRY_CAPI_GUARD_H_

#include <exception>
#include <string>
#include <utility>

#include "base/caught.h"
#include "base/error.h"
#include "base/log.h"
#include "runtime/message.h"
#include "runtime/stream.h"

namespace ferry::capi {

// Whether the code is the expected end of a call that programs make in a loop or to be sure: its
// message is recorded, but not worth a line on stderr.
[[nodiscard]] inline bool IsExpected(Code code) {
  return code == Code::kRtWaitTimeout || code == Code::kAclRepeatInitialize;
}

// Whether the message is that of a failed collective call: every rank of this process collects the
// same sentence, which is worth one line.
enum class Alike : bool { kNo, kOnManyRanks };

// Records the message for aclGetRecentErrMsg and writes it to stderr.
inline int Report(Code code, const std::string& message, Alike alike = Alike::kNo) noexcept {
  try {
    runtime::SetRecentMessage(code, message);
    if (IsExpected(code)) {
      log::Info(message);
    } else if (alike == Alike::kOnManyRanks) {
      log::ErrorOnce(message);
    } else {
      log::Error(message);
    }
  } catch (const std::exception&) {
    // Out of memory for the text: the code still reaches the caller.
  }
  return static_cast<int>(code);
}

// The codes of a family of functions for what no Error says.
inline constexpr Unforeseen kAclUnforeseen = {Code::kRtMemoryAllocation, Code::kAclInternalError};
inline constexpr Unforeseen kAclnnUnforeseen = {Code::kInner, Code::kInner};

// Runs `body`. An Error becomes its code and the message `<api>: <text>`; the failure of a queued
// task keeps its own sentence, which is the same on every rank.
template <class Body>
int Guard(const char* api, Body&& body, Unforeseen unforeseen = kAclUnforeseen) noexcept {
  try {
    try {
      body();
      return 0;
    } catch (const runtime::AsyncError& error) {
      const bool collective = error.code() == Code::kRtAicoreException;
      return Report(error.code(), error.message(), collective ? Alike::kOnManyRanks : Alike::kNo);
    } catch (...) {
      const Error error = Caught(unforeseen);
      return Report(error.code(), fmt::format("{}: {}", api, error.message()));
    }
  } catch (const std::exception&) {
    return static_cast<int>(unforeseen.internal);  // no memory even for the message
  }
}

// The same for functions that return an aclnnStatus.
template <class Body>
int AclnnGuard(const char* api, Body&& body) noexcept {
  return Guard(api, std::forward<Body>(body), kAclnnUnforeseen);
}

// Mandatory pointers: of the acl functions, unless another family's code is given.
inline void RequireNotNull(const void* pointer, const char* argument,
                           Code code = Code::kAclInvalidParam) {
  Require(pointer != nullptr, code, "{} is null; must be a valid pointer", argument);
}
inline void RequireAclnnNotNull(const void* pointer, const char* argument) {
  RequireNotNull(pointer, argument, Code::kParamNullptr);
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
