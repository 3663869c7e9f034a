// The worked examples and test vectors of the specification, typed from it by hand.
//
// The oracle is checked against them here, the library in tests/conformance.
#ifndef FERRY_MOE_REFERENCE_VECTORS_H_
#define FERRY_MOE_REFERENCE_VECTORS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "moe/config.h"
#include "moe/reference.h"

namespace ferry::reference {

struct DispatchVector {
  moe::MoeConfig config;
  std::vector<DispatchRank> world;
  std::vector<DispatchResult> expected;
};

// Spec dispatch.md sections 12, 13.1 (both tables, and both with -1 behind the mask), 13.2 (two
// worlds), 13.3, 13.4 with room for all rows, the same with K <= E, 13.5, 13.6, 13.7 (with and
// without smoothing).
[[nodiscard]] std::vector<std::string> DispatchVectorNames();
[[nodiscard]] DispatchVector DispatchVectorNamed(const std::string& name);

struct CombineVector {
  moe::MoeConfig config;
  std::vector<CombineRank> world;
  std::vector<CombineResult> expected;  // of each world rank
};

// Spec combine.md section 12, vectors 1 to 8, 12 and 13.
[[nodiscard]] std::vector<std::string> CombineVectorNames();
[[nodiscard]] CombineVector CombineVectorNamed(const std::string& name);

}  // namespace ferry::reference

#endif  // FERRY_MOE_REFERENCE_VECTORS_H_
