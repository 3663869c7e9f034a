// The oracle: dispatch and combine by definition, for all ranks at once, one scalar step at a time.
//
// It includes base/ and moe/config.h only: an oracle that shares code with what it judges shares
// its bugs. Inputs and results are contiguous and owned. Quantisation and transport are those of
// the configuration.
#ifndef FERRY_MOE_REFERENCE_H_
#define FERRY_MOE_REFERENCE_H_

#include <cstdint>
#include <vector>

#include "moe/config.h"

namespace ferry::reference {

// World rank w = ep_rank * tp_size + tp_rank, as in the seed document's sample.
struct DispatchRank {
  std::int64_t num_tokens = 0;
  std::vector<std::uint16_t> x = {};          // [num_tokens, hidden] bits
  std::vector<std::int32_t> expert_ids = {};  // [num_tokens, top_k]
  std::vector<std::uint8_t> mask = {};        // see reference_mask.h
  bool mask_is_2d = false;                    // needed where top_k is 1
  std::vector<float> smooth_scales = {};      // empty or [num_shared_experts + num_experts, hidden]
};

struct DispatchResult {
  std::int64_t own_rows = 0;                   // n
  std::int64_t peer_rows = 0;                  // m, 0 without TP
  std::vector<std::uint16_t> expand_x = {};    // [n + m, hidden] bits; empty with quantisation
  std::vector<std::int8_t> quantized = {};     // [n + m, hidden]; empty without quantisation
  std::vector<float> dynamic_scales = {};      // [n + m]; empty without quantisation
  std::vector<std::int32_t> assist_info = {};  // [3 * n]
  std::vector<std::int64_t> expert_token_counts = {};       // [local experts], type 1
  std::vector<std::int64_t> expert_token_prefix_sums = {};  // [local experts], type 0
  std::vector<std::int32_t> ep_recv_counts = {};            // [ep_size * local experts * tp_size]
  std::vector<std::int32_t> tp_recv_counts = {};            // [2] with TP, else empty
};

[[nodiscard]] std::vector<DispatchResult> Dispatch(const moe::MoeConfig& config,
                                                   const std::vector<DispatchRank>& world);

struct CombineRank {
  std::int64_t num_tokens = 0;
  std::int64_t own_rows = 0;                        // n
  std::int64_t peer_rows = 0;                       // m
  std::vector<std::uint16_t> expand_x = {};         // [n + m, hidden] bits
  std::vector<std::int32_t> assist_info = {};       // [3 * n]
  std::vector<std::int32_t> expert_ids = {};        // [num_tokens, top_k]
  std::vector<float> expert_scales = {};            // [num_tokens, top_k]
  std::vector<std::uint16_t> shared_expert_x = {};  // [num_tokens, hidden] or empty
  std::vector<std::uint8_t> mask = {};              // see reference_mask.h
  bool mask_is_2d = false;                          // needed where top_k is 1
};

struct CombineResult {
  std::vector<std::uint16_t> x = {};  // [num_tokens, hidden] bits; 0 where not produced
  std::vector<bool> produced = {};    // [num_tokens]: whether the row of xOut is written

  friend bool operator==(const CombineResult&, const CombineResult&) = default;
};

[[nodiscard]] std::vector<CombineResult> Combine(const moe::MoeConfig& config,
                                                 const std::vector<CombineRank>& world);

}  // namespace ferry::reference

#endif  // FERRY_MOE_REFERENCE_H_
