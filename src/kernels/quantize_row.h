// A token row as int8 with one scale: spec dispatch.md section 9.
#ifndef FERRY_KERNELS_QUANTIZE_ROW_H_
#define FERRY_KERNELS_QUANTIZE_ROW_H_

#include <cstddef>
#include <cstdint>

#include "base/dtype.h"

namespace ferry::kernels {

// With v[i] = row[i], times smooth_or_null[i] where that is given: out[i] = v[i] * (127 / max |v|),
// rounded to the nearest integer, ties to even. Returns 1 / (127 / max |v|), by which the caller
// multiplies to get back v. Each operation is rounded to binary32 by itself.
//
// A row whose 127 / max |v| is not finite becomes zeros with scale +0. NaN becomes 0 and does not
// enter the maximum. `type` is kBFloat16 or kFloat16; all rows are dense.
float QuantizeRow(DType type, const std::byte* row, const float* smooth_or_null, std::int8_t* out,
                  std::int64_t count);

}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_QUANTIZE_ROW_H_
