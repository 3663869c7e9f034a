#include "kernels/weighted_sum.h"

#include "kernels/float_environment.h"
#include "kernels/row_kernels.h"

namespace ferry::kernels {

void WeightedSum(DType type, std::span<const Term> terms, std::byte* out, std::int64_t count) {
  const IeeeFloatEnvironment environment;
  ActiveRowKernels(type).weighted_sum(terms, out, count);
}

}  // namespace ferry::kernels
