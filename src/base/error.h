// The one exception type of Ferry, and Require, the check at every door.
//
// Exceptions travel below the C boundary, status codes above it; capi/guard.h translates.
#ifndef FERRY_BASE_ERROR_H_
#define FERRY_BASE_ERROR_H_

#include <fmt/core.h>

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace ferry {

// Status codes exactly as the C API returns them. acl, aclnn and hccl use disjoint numbers, so one
// enumeration holds all that Ferry raises; capi asserts that each equals its public constant.
enum class Code : std::int32_t {
  kOk = 0,

  // HcclResult
  kHcclPara = 1,
  kHcclPtr = 2,
  kHcclMemory = 3,
  kHcclInternal = 4,
  kHcclNotSupport = 5,
  kHcclNotFound = 6,
  kHcclUnavail = 7,
  kHcclSyscall = 8,
  kHcclTimeout = 9,
  kHcclOpenFileFailure = 10,
  kHcclTcpConnect = 11,
  kHcclRemote = 21,

  // acl
  kAclInvalidParam = 100000,
  kAclRepeatInitialize = 100002,
  kAclInvalidFile = 100003,
  kAclRepeatFinalize = 100037,
  kAclInternalError = 500000,

  // acl runtime
  kRtParamInvalid = 107000,
  kRtInvalidDevice = 107001,
  kRtContextNull = 107002,
  kRtStreamContext = 107003,
  kRtEventTimestampInvalid = 107006,
  kRtEventTimestampReversal = 107007,
  kRtStreamSubscribe = 107011,
  kRtThreadSubscribe = 107012,
  kRtStreamNoCallbackRegistered = 107015,
  kRtInvalidHandle = 107017,
  kRtWaitTimeout = 107019,
  kRtStreamAbort = 107023,
  kRtFeatureNotSupport = 207000,
  kRtMemoryAllocation = 207001,
  kRtAicoreException = 507015,  // every failure of a running collective operator
  kRtStreamSyncTimeout = 507046,
  kRtEventSyncTimeout = 507047,

  // aclnn
  kParamNullptr = 161001,
  kParamInvalid = 161002,
  kRuntimeError = 361001,
  kInner = 561000,
  kTiling = 561002,  // a shape or value outside the product's limits
  kInnerNullptr = 561103,
};

class Error : public std::exception {
 public:
  Error(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  [[nodiscard]] Code code() const noexcept { return code_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

 private:
  Code code_;
  std::string message_;
};

// Throws Error{code, formatted message}. The message names argument, value and allowed range.
template <class... Args>
[[noreturn]] void Fail(Code code, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(code, fmt::format(format, std::forward<Args>(args)...));
}

// Throws unless `ok`. Arguments are evaluated either way: keep them cheap.
template <class... Args>
void Require(bool ok, Code code, fmt::format_string<Args...> format, Args&&... args) {
  if (!ok) [[unlikely]]
    Fail(code, format, std::forward<Args>(args)...);
}

}  // namespace ferry

#endif  // FERRY_BASE_ERROR_H_
