// From what a user says of a call to the call that the rules see.
#ifndef FERRY_TOOLS_FERRY_CHECK_CALL_H_
#define FERRY_TOOLS_FERRY_CHECK_CALL_H_

#include <variant>

#include "check_request.h"
#include "ops/combine_call.h"
#include "ops/dispatch_call.h"

namespace ferry::tool {

using AnyCall = std::variant<ops::DispatchCall, ops::CombineCall>;

// Tensors are as documented unless the request says otherwise. Throws std::invalid_argument that
// names the flag, its value and what is allowed.
[[nodiscard]] AnyCall MakeCall(const CheckRequest& request);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_CHECK_CALL_H_
