// What expertIds and xActiveMask of one call route: contents, read once and kept for
// FERRY_STRICT=1.
#ifndef FERRY_OPS_ROUTED_IDS_H_
#define FERRY_OPS_ROUTED_IDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/matrix.h"
#include "moe/active_mask.h"

namespace ferry::ops {

// Contents of expertIds where the mask lets them count.
struct RoutedIds {
  std::int64_t num_tokens = 0;
  std::int64_t top_k = 0;
  std::vector<std::int32_t> ids;  // [num_tokens, top_k]; 0 where not active
  std::vector<bool> active;       // [num_tokens, top_k]

  // False outside the table, too.
  [[nodiscard]] bool IsActive(std::int64_t token, std::int64_t k) const {
    return token < num_tokens && k < top_k && active[static_cast<std::size_t>(token * top_k + k)];
  }
  // Of an active pair.
  [[nodiscard]] std::int32_t At(std::int64_t token, std::int64_t k) const {
    return ids[static_cast<std::size_t>(token * top_k + k)];
  }
};

// Never reads an id behind the mask.
[[nodiscard]] RoutedIds ReadRoutedIds(const Matrix<const std::int32_t>& expert_ids,
                                      const moe::ActiveMask& mask);

// The sentence that names the first token to which one expert is given twice; empty if there is
// none. Ids outside [0, num_experts) are left to the operator, which has its own sentence for them.
[[nodiscard]] std::string DuplicateId(const RoutedIds& ids, std::int32_t num_experts,
                                      std::int32_t rank);

// The part of a sentence that names the first active pair in which a combine differs from its
// dispatch; empty if there is none, whatever their numbers of tokens.
[[nodiscard]] std::string DifferenceOf(const RoutedIds& combine, const RoutedIds& dispatch);

}  // namespace ferry::ops

#endif  // FERRY_OPS_ROUTED_IDS_H_
