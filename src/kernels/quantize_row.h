// One row as int8 with one scale for all of it, which is how dispatch sends tokens when it
// quantises.
#ifndef FERRY_KERNELS_QUANTIZE_ROW_H_
#define FERRY_KERNELS_QUANTIZE_ROW_H_

#include <cstddef>
#include <cstdint>

#include "base/dtype.h"

namespace ferry::kernels {

// In binary32, one rounding per operation:
//   v = row * smooth          element by element; `smooth_or_null` null: v = row
//   q = 127 / max |v|
//   out = v * q               to the nearest integer, ties to even, within -127 and 127
// Returns the factor that undoes it, 1 / q. Where q is not finite (all v are zero or nearly so)
// `out` is zeros and the factor +0. A v that is NaN gives 0 and does not count for the maximum.
//
// Dense rows of `count` elements, at any alignment; `type` is kBFloat16 or kFloat16; `out` must not
// overlap what is read.
float QuantizeRow(DType type, const std::byte* row, const float* smooth_or_null, std::int8_t* out,
                  std::int64_t count);

}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_QUANTIZE_ROW_H_
