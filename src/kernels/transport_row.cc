#include "kernels/transport_row.h"

#include "kernels/float_environment.h"
#include "kernels/row_kernels.h"

namespace ferry::kernels {

void RoundTripInt8(DType type, const std::byte* row, std::byte* out, std::int64_t count) {
  const IeeeFloatEnvironment environment;
  if (type == DType::kBFloat16) {
    RoundTripInt8BFloat16Portable(row, out, count);
  } else {
    RoundTripInt8HalfPortable(row, out, count);
  }
}

}  // namespace ferry::kernels
