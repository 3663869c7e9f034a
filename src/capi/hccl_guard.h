// The wall between exceptions and HcclResult.
#ifndef FERRY_CAPI_HCCL_GUARD_H_
#define FERRY_CAPI_HCCL_GUARD_H_

#include <hccl/hccl_types.h>

#include <utility>

#include "capi/guard.h"

namespace ferry::capi {

// Codes of the layers below that are no HcclResult become the nearest one.
inline HcclResult ToHcclResult(int code) {
  if (code >= HCCL_SUCCESS && code < HCCL_E_RESERVED) return static_cast<HcclResult>(code);
  switch (static_cast<Code>(code)) {
    case Code::kRtMemoryAllocation:
      return HCCL_E_MEMORY;
    case Code::kRuntimeError:
      return HCCL_E_NOT_FOUND;  // destroyed by another thread meanwhile
    case Code::kAclInternalError:
      return HCCL_E_INTERNAL;
    default:
      return HCCL_E_RUNTIME;
  }
}

template <class Body>
HcclResult HcclGuard(const char* api, Body&& body) {
  return ToHcclResult(Guard(api, std::forward<Body>(body)));
}

inline void RequireHcclNotNull(const void* pointer, const char* argument) {
  RequireNotNull(pointer, argument, Code::kHcclPtr);
}

}  // namespace ferry::capi

#endif  // FERRY_CAPI_HCCL_GUARD_H_
