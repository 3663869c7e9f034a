// What the functions of tensor descriptors share.
#ifndef FERRY_CAPI_ACL_TENSOR_DESC_H_
#define FERRY_CAPI_ACL_TENSOR_DESC_H_

#include <acl/acl_base.h>

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "runtime/tensor_desc.h"

namespace ferry::capi {

[[noreturn]] inline void RefuseUnknownDesc(const aclTensorDesc* desc) {
  Fail(Code::kRtInvalidHandle,
       "desc is {}, which is no tensor descriptor or one that has been destroyed",
       static_cast<const void*>(desc));
}

// A copy of the caller's dims; null is allowed for none.
inline std::vector<std::int64_t> DimsOf(int num_dims, const std::int64_t* dims) {
  Require(num_dims >= 0, Code::kAclInvalidParam, "numDims is {}; must be at least 0", num_dims);
  Require(dims != nullptr || num_dims == 0, Code::kAclInvalidParam,
          "dims is null; must point to {} dims", num_dims);
  return num_dims == 0 ? std::vector<std::int64_t>()
                       : std::vector<std::int64_t>(dims, dims + num_dims);
}

}  // namespace ferry::capi

#endif  // FERRY_CAPI_ACL_TENSOR_DESC_H_
