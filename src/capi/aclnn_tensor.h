// What executors do to tensor objects.
#ifndef FERRY_CAPI_ACLNN_TENSOR_H_
#define FERRY_CAPI_ACLNN_TENSOR_H_

#include <cstddef>
#include <cstdint>

#include "aclnn/acl_meta.h"

namespace ferry::capi {

// Sets the storage base of a tensor object and returns the offset of its view, in elements. Throws
// Error{kParamInvalid} for a handle of no tensor.
std::int64_t SetStorage(aclTensor* tensor, std::byte* storage);

}  // namespace ferry::capi

#endif  // FERRY_CAPI_ACLNN_TENSOR_H_
