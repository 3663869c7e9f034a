// The handles of communicators.
#ifndef FERRY_CAPI_COMMUNICATORS_H_
#define FERRY_CAPI_COMMUNICATORS_H_

#include <hccl/hccl_types.h>

#include <memory>

#include "capi/hccl_guard.h"
#include "comm/member.h"
#include "runtime/handle_table.h"

namespace ferry::capi {

inline runtime::HandleTable<comm::Member>& Communicators() {
  static auto* const table = new runtime::HandleTable<comm::Member>(runtime::HandleKind::kComm);
  return *table;
}

// Throws Error{kHcclPtr} for null, Error{kHcclNotFound} for what is no communicator.
inline std::shared_ptr<comm::Member> FindCommunicator(HcclComm handle,
                                                      const char* argument = "comm") {
  RequireHcclNotNull(handle, argument);
  auto member = Communicators().Find(handle);
  Require(member != nullptr, Code::kHcclNotFound,
          "{} is {}, which is no communicator or one that has been destroyed", argument, handle);
  return member;
}

}  // namespace ferry::capi

#endif  // FERRY_CAPI_COMMUNICATORS_H_
