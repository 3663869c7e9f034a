// The mask of a checked call.
#ifndef FERRY_OPS_MASK_VIEW_H_
#define FERRY_OPS_MASK_VIEW_H_

#include <cstdint>

#include "moe/active_mask.h"
#include "ops/tensor_view.h"

namespace ferry::ops {

// By its dims a flag for each token or for each (token, k) pair; null is no mask.
[[nodiscard]] inline moe::ActiveMask AsMask(const OptionalTensor& tensor) {
  if (!tensor) return {};
  if (Rank(tensor) == 1) return moe::ActiveMask::PerToken(AsVector<const std::uint8_t>(*tensor));
  return moe::ActiveMask::PerPair(AsMatrix<const std::uint8_t>(*tensor));
}

}  // namespace ferry::ops

#endif  // FERRY_OPS_MASK_VIEW_H_
