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

// Phase 1. Throws the first of its rows in DispatchRules() that fails.
void CheckDispatch(const DispatchCall& call);

// Phase 2, of a call that phase 1 has accepted. Throws the first row that phase 2 adds and that
// fails.
[[nodiscard]] DispatchWork PrepareDispatch(const DispatchCall& call);

}  // namespace ferry::ops

#endif  // FERRY_OPS_DISPATCH_CONTRACT_H_
