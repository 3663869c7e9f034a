// The sum of two partial rows, one of each TP rank.
#ifndef FERRY_KERNELS_ADD_ROWS_H_
#define FERRY_KERNELS_ADD_ROWS_H_

#include <cstddef>
#include <cstdint>

#include "base/dtype.h"

namespace ferry::kernels {

// out = peer + own, each element rounded once to `type` (kBFloat16 or kFloat16). Dense rows; `out`
// may be one of them.
//
// Both types go through binary32: for bf16 that is the contract; for fp16, binary32 has the
// 2 * 11 + 2 bits that make the second rounding harmless, so the result is the exact sum rounded
// once.
void AddRows(DType type, const std::byte* peer, const std::byte* own, std::byte* out,
             std::int64_t count);

}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_ADD_ROWS_H_
