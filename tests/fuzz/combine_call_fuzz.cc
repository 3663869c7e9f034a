// aclnnMoeDistributeCombineV2: attributes, strings, shapes, strides, addresses, ids, masks, triples
// and counts.
#include "aclnnop/aclnn_moe_distribute_combine_v2.h"
#include "fuzz/operator_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ferry::fuzz;
  RunBentCall({LegalCombine, PrepareCombine, aclnnMoeDistributeCombineV2}, bytes, size);
  return 0;
}
