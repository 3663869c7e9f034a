#include "kernels/add_rows.h"

#include "kernels/float_environment.h"
#include "kernels/row_kernels.h"

namespace ferry::kernels {

void AddRows(DType type, const std::byte* peer, const std::byte* own, std::byte* out,
             std::int64_t count) {
  const IeeeFloatEnvironment environment;
  ActiveRowKernels(type).add_rows(peer, own, out, count);
}

}  // namespace ferry::kernels
