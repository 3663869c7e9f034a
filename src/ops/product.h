// What each product allows, as rows. Only A3 so far; a product is added by adding a row.
#ifndef FERRY_OPS_PRODUCT_H_
#define FERRY_OPS_PRODUCT_H_

#include <cstdint>

namespace ferry::ops {

struct Limits {
  std::int64_t min_ep_size;
  std::int64_t max_ep_size;
  std::int64_t max_tp_size;
  std::int64_t max_shared_experts;
  std::int64_t max_experts;
  std::int64_t max_tokens;  // Bs of one rank; at least 1
  std::int64_t max_top_k;
  std::int64_t min_hidden;
  std::int64_t max_hidden;
  std::int64_t min_buffer_mib;  // HCCL_BUFFSIZE, whatever the window needs
};

inline constexpr Limits kA3 = {
    .min_ep_size = 2,
    .max_ep_size = 768,
    .max_tp_size = 2,
    .max_shared_experts = 4,
    .max_experts = 1024,
    .max_tokens = 512,
    .max_top_k = 16,
    .min_hidden = 1024,
    .max_hidden = 8192,
    .min_buffer_mib = 2,
};

inline constexpr std::int64_t kTripleWords = 3;              // source rank, token, slot
inline constexpr std::int64_t kAssistWordsForCombine = 128;  // words a row that combine demands

}  // namespace ferry::ops

#endif  // FERRY_OPS_PRODUCT_H_
