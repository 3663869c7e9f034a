#include "kernels/transport_row.h"

#include "kernels/float_environment.h"
#include "kernels/row_kernels.h"

namespace ferry::kernels {

void RoundTripInt8(DType type, const std::byte* row, std::byte* out, std::int64_t count) {
  const IeeeFloatEnvironment environment;
  ActiveRowKernels(type).round_trip_int8(row, out, count);
}

}  // namespace ferry::kernels
