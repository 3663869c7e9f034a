// A row as it arrives where combine sends rows as int8.
#ifndef FERRY_KERNELS_TRANSPORT_ROW_H_
#define FERRY_KERNELS_TRANSPORT_ROW_H_

#include <cstddef>
#include <cstdint>

#include "base/dtype.h"

namespace ferry::kernels {

// Quantises groups of 8 elements and takes them back. The last group of a row counts as filled up
// with zeros. In binary32, one rounding per operation:
//   s    = max |row| * (1/127)
//   q    = row / s            rounded to fp16, then to the nearest integer, ties to even
//   out  = q * (s rounded to `type`), rounded to `type`
// A q that is NaN, be it of a group of zeros or of an element that is NaN, is 0; NaN does not count
// for the maximum.
//
// Dense rows of `count` elements, at any alignment; `type` is kBFloat16 or kFloat16; `out` may be
// `row`, but not overlap it partly.
void RoundTripInt8(DType type, const std::byte* row, std::byte* out, std::int64_t count);

}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_TRANSPORT_ROW_H_
