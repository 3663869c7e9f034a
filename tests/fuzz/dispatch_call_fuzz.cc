// aclnnMoeDistributeDispatchV2: attributes, strings, shapes, strides, addresses, ids and masks.
#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "fuzz/operator_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ferry::fuzz;
  RunBentCall({.legal = LegalDispatch,
               .prepare = PrepareDispatch,
               .launch = aclnnMoeDistributeDispatchV2,
               .must_succeed = true},
              bytes, size);
  return 0;
}
