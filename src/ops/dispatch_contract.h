// From the arguments of dispatch to checked values: if DispatchWork exists, it can run.
#ifndef FERRY_OPS_DISPATCH_CONTRACT_H_
#define FERRY_OPS_DISPATCH_CONTRACT_H_

#include <vector>

#include "comm/record.h"
#include "moe/dispatch.h"
#include "ops/dispatch_call.h"

namespace ferry::ops {

struct DispatchWork {
  moe::DispatchInput input;
  moe::DispatchOutput output;
  std::vector<comm::Attribute> agreement;
};

// Throws the first failing row of DispatchRules().
[[nodiscard]] DispatchWork CheckDispatch(const DispatchCall& call);

}  // namespace ferry::ops

#endif  // FERRY_OPS_DISPATCH_CONTRACT_H_
