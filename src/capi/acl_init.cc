// The runtime's beginning and end, versions, and what a thread can ask about its errors.
#include <acl/acl.h>

#include "capi/guard.h"
#include "kernels/convert.h"
#include "runtime/init.h"
#include "runtime/message.h"

using ferry::Code;
using ferry::Require;
using ferry::capi::Guard;
using ferry::capi::RequireNotNull;

namespace {

void RequireThreadLevel(aclrtLastErrLevel level) {
  Require(level == ACL_RT_THREAD_LEVEL, Code::kRtParamInvalid,
          "level is {}; must be {} (ACL_RT_THREAD_LEVEL)", static_cast<int>(level),
          static_cast<int>(ACL_RT_THREAD_LEVEL));
}

}  // namespace

aclError aclInit(const char* configPath) {
  return Guard("aclInit", [&] { ferry::runtime::Initialize(configPath); });
}

aclError aclFinalize(void) {
  return Guard("aclFinalize", [] { ferry::runtime::Finalize(); });
}

aclError aclFinalizeReference(uint64_t* refCount) {
  return Guard("aclFinalizeReference", [&] {
    const std::uint64_t left = ferry::runtime::FinalizeReference();
    if (refCount != nullptr) *refCount = left;
  });
}

const char* aclGetRecentErrMsg(void) {
  return ferry::runtime::TakeRecentMessage();
}

aclError aclrtGetVersion(int32_t* majorVersion, int32_t* minorVersion, int32_t* patchVersion) {
  return Guard("aclrtGetVersion", [&] {
    RequireNotNull(majorVersion, "majorVersion");
    RequireNotNull(minorVersion, "minorVersion");
    RequireNotNull(patchVersion, "patchVersion");
    *majorVersion = 1;  // of the acl interface, not of Ferry (ferry_version)
    *minorVersion = 14;
    *patchVersion = 0;
  });
}

aclError aclrtPeekAtLastError(aclrtLastErrLevel level) {
  const aclError refused = Guard("aclrtPeekAtLastError", [&] { RequireThreadLevel(level); });
  return refused != ACL_SUCCESS ? refused : static_cast<aclError>(ferry::runtime::PeekLastError());
}

aclError aclrtGetLastError(aclrtLastErrLevel level) {
  const aclError refused = Guard("aclrtGetLastError", [&] { RequireThreadLevel(level); });
  return refused != ACL_SUCCESS ? refused : static_cast<aclError>(ferry::runtime::TakeLastError());
}

size_t aclDataTypeSize(aclDataType dataType) {
  switch (dataType) {
    case ACL_INT8:
    case ACL_UINT8:
    case ACL_BOOL:
    case ACL_HIFLOAT8:
    case ACL_FLOAT8_E5M2:
    case ACL_FLOAT8_E4M3FN:
    case ACL_FLOAT8_E8M0:
      return 1;
    case ACL_FLOAT16:
    case ACL_BF16:
    case ACL_INT16:
    case ACL_UINT16:
      return 2;
    case ACL_FLOAT:
    case ACL_INT32:
    case ACL_UINT32:
    case ACL_COMPLEX32:
      return 4;
    case ACL_DOUBLE:
    case ACL_INT64:
    case ACL_UINT64:
    case ACL_COMPLEX64:
      return 8;
    case ACL_COMPLEX128:
      return 16;
    default:  // strings have no fixed size, elements below a byte none in bytes
      return 0;
  }
}

// By definition infinity is read as 65536, with its sign, and every NaN as 98304.
float aclFloat16ToFloat(aclFloat16 value) {
  if ((value & 0x7c00) != 0x7c00) return ferry::kernels::HalfToFloat(value);
  if ((value & 0x3ff) != 0) return 98304.0f;
  return (value & 0x8000) != 0 ? -65536.0f : 65536.0f;
}

aclFloat16 aclFloatToFloat16(float value) {
  return ferry::kernels::FloatToHalf(value);
}
