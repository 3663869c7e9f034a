// The weighted sum of rows that makes a token of its experts' results.
#ifndef FERRY_KERNELS_WEIGHTED_SUM_H_
#define FERRY_KERNELS_WEIGHTED_SUM_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/dtype.h"

namespace ferry::kernels {

struct Term {
  const std::byte* row;  // dense, `count` elements
  float weight;          // 1 for rows of shared experts: the product is then exact
};

// For each element, in binary32 with one rounding per operation and the terms in their order:
//   acc = +0;  acc = acc + row * weight for each term;  out = acc rounded to `type`
// `type` is kBFloat16 or kFloat16. `out` may be a term's row, but not overlap one partly.
void WeightedSum(DType type, std::span<const Term> terms, std::byte* out, std::int64_t count);

}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_WEIGHTED_SUM_H_
