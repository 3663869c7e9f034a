// What the experts of a run do to rows: one definition for the ranks and for their oracle.
#ifndef FERRY_TOOLS_FERRY_EXPERTS_H_
#define FERRY_TOOLS_FERRY_EXPERTS_H_

#include <cstdint>

#include "kernels/convert.h"

namespace ferry::tool {

// Expert e multiplies its rows by this, in place.
[[nodiscard]] inline float ExpertScale(std::int32_t expert) {
  return 0.5f + 0.125f * static_cast<float>(expert % 13);
}

// The shared expert, which each rank runs on its own tokens, multiplies by this.
inline constexpr float kSharedExpertScale = 0.75f;

[[nodiscard]] inline std::uint16_t ScaleBFloat16(std::uint16_t bits, float scale) {
  return kernels::FloatToBFloat16(kernels::BFloat16ToFloat(bits) * scale);
}

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_EXPERTS_H_
