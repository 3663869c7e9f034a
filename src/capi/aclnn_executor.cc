// Executors as objects of their own; what they do is in the operators' files.
#include "aclnn/aclnn_base.h"
#include "capi/guard.h"
#include "ops/executor.h"

aclnnStatus aclSetAclOpExecutorRepeatable(aclOpExecutor* executor) {
  return ferry::capi::AclnnGuard(__func__, [&] { ferry::ops::MakeExecutorRepeatable(executor); });
}

aclnnStatus aclDestroyAclOpExecutor(aclOpExecutor* executor) {
  return ferry::capi::AclnnGuard(__func__, [&] { ferry::ops::DestroyExecutor(executor); });
}
