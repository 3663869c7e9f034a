// HcclCommConfig as clients of any age hand it in.
#ifndef FERRY_CAPI_COMM_CONFIG_H_
#define FERRY_CAPI_COMM_CONFIG_H_

#include <hccl/hccl_types.h>

#include <string>

#include "comm/member.h"

namespace ferry::capi {

// What a configuration changes here. Its other members choose among ways of transport and stages of
// execution that do not exist here; results are deterministic whatever hcclDeterministic says.
struct CommOptions {
  std::string name{};            // hcclCommName; "" for a generated one
  comm::MemberOptions member{};  // hcclExecTimeOut goes before the environment
};

// As the environment says, with nothing configured. Throws Error{kHcclPara} for a variable out of
// range.
[[nodiscard]] CommOptions DefaultCommOptions();

// Throws Error{kHcclPtr} for null, Error{kHcclPara} for what HcclCommConfigInit did not begin and
// for values that are not allowed. Shorter structures of older clients are complemented by unset
// values; of longer ones the known part is read.
[[nodiscard]] CommOptions ReadCommConfig(const HcclCommConfig* config);

}  // namespace ferry::capi

#endif  // FERRY_CAPI_COMM_CONFIG_H_
