#include "kernels/quantize_row.h"

#include "kernels/float_environment.h"
#include "kernels/row_kernels.h"

namespace ferry::kernels {

float QuantizeRow(DType type, const std::byte* row, const float* smooth_or_null, std::int8_t* out,
                  std::int64_t count) {
  const IeeeFloatEnvironment environment;
  return ActiveRowKernels(type).quantize_row(row, smooth_or_null, out, count);
}

}  // namespace ferry::kernels
