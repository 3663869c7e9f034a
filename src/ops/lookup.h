// From handles, names and the environment to what the checks see.
#ifndef FERRY_OPS_LOOKUP_H_
#define FERRY_OPS_LOOKUP_H_

#include <memory>

#include "comm/member.h"
#include "ops/call.h"
#include "ops/tensor_arg.h"

namespace ferry::ops {

// The tensor that an aclTensor* names: nothing for null, TensorArg::alive false for a handle of no
// tensor.
[[nodiscard]] OptionalTensor LookUpTensor(const void* handle);

// Gives the tensor other memory: its view begins `offset` elements behind `storage`.
void MoveTo(TensorArg& tensor, std::byte* storage, std::int64_t offset);

// This rank's handles of the communicators of a call; null where there is none.
struct Members {
  std::shared_ptr<comm::Member> ep;
  std::shared_ptr<comm::Member> tp;  // with TP only
};

// Finds the communicators on the calling thread's device and fills `call.facts`.
Members LookUpFacts(MoeCall& call);

}  // namespace ferry::ops

#endif  // FERRY_OPS_LOOKUP_H_
