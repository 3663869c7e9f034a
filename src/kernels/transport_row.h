// What combine's int8 transport makes of a row: spec combine.md section 9.1.
#ifndef FERRY_KERNELS_TRANSPORT_ROW_H_
#define FERRY_KERNELS_TRANSPORT_ROW_H_

#include <cstddef>
#include <cstdint>

#include "base/dtype.h"

namespace ferry::kernels {

// Each group of 8 elements as its receiver gets it: quantised with one scale a group, and back.
// `type` is kBFloat16 or kFloat16; dense rows; `out` may be `row`.
void RoundTripInt8(DType type, const std::byte* row, std::byte* out, std::int64_t count);

}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_TRANSPORT_ROW_H_
