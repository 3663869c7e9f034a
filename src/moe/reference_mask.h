// Which tokens and ids count: spec dispatch.md section 7 and combine.md section 7.
#ifndef FERRY_MOE_REFERENCE_MASK_H_
#define FERRY_MOE_REFERENCE_MASK_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/error.h"

namespace ferry::reference {

// A mask has no entries (all is active), one entry a token or one an expert id; any non-zero entry
// is true.
class Mask {
 public:
  // `is_2d` tells the two forms apart where top_k is 1 and their sizes are equal.
  Mask(const std::vector<std::uint8_t>& entries, bool is_2d, std::int64_t num_tokens,
       std::int32_t top_k)
      : entries_(entries), top_k_(top_k) {
    const std::int64_t size = static_cast<std::int64_t>(entries.size());
    Require(size == 0 || size == num_tokens || size == num_tokens * top_k, Code::kInner,
            "mask has {} entries; must have none, {} or {} * {}", size, num_tokens, num_tokens,
            top_k);
    per_entry_ = size != 0 && (size != num_tokens || (is_2d && top_k == 1));
    const bool per_token = size != 0 && !per_entry_;
    // Whatever their positions, the trues of a mask per token count from the front.
    active_tokens_ =
        per_token ? std::count_if(entries.begin(), entries.end(), [](auto e) { return e != 0; })
                  : num_tokens;
  }

  [[nodiscard]] bool IsActive(std::int64_t token, std::int32_t k) const {
    if (per_entry_) return entries_[static_cast<std::size_t>(token * top_k_ + k)] != 0;
    return token < active_tokens_;
  }

  // Whether any of the token's entries is active: then shared experts see it and combine writes it.
  [[nodiscard]] bool IsActive(std::int64_t token) const {
    for (std::int32_t k = 0; k < top_k_; ++k) {
      if (IsActive(token, k)) return true;
    }
    return false;
  }

 private:
  const std::vector<std::uint8_t>& entries_;
  std::int32_t top_k_;
  bool per_entry_ = false;
  std::int64_t active_tokens_ = 0;
};

// The mask of a DispatchRank or CombineRank.
template <class Rank>
Mask MaskOf(const Rank& rank, std::int32_t top_k) {
  return Mask(rank.mask, rank.mask_is_2d, rank.num_tokens, top_k);
}

// Ids behind the mask may hold any value.
template <class Rank>
void CheckActiveIds(const Rank& rank, std::int32_t top_k, std::int32_t num_experts) {
  const Mask mask = MaskOf(rank, top_k);
  for (std::int64_t token = 0; token < rank.num_tokens; ++token) {
    for (std::int32_t k = 0; k < top_k; ++k) {
      const std::int32_t id = rank.expert_ids[static_cast<std::size_t>(token * top_k + k)];
      Require(!mask.IsActive(token, k) || (0 <= id && id < num_experts), Code::kRtAicoreException,
              "token {} k {}: expert id {} outside [0, {})", token, k, id, num_experts);
    }
  }
}

}  // namespace ferry::reference

#endif  // FERRY_MOE_REFERENCE_MASK_H_
