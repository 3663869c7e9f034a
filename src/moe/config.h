// The sizes that all ranks of one dispatch or combine share. Plain data; if one exists, it is
// legal.
#ifndef FERRY_MOE_CONFIG_H_
#define FERRY_MOE_CONFIG_H_

#include <cstdint>

#include "base/dtype.h"

namespace ferry::moe {

enum class CountsType : std::uint8_t { kPrefixSums = 0, kCounts = 1 };  // of expertTokenNums

// What dispatch writes: rows as they are, or int8 with one scale a row (spec dispatch.md section
// 9).
enum class Quantization : std::uint8_t { kNone = 0, kPerToken = 2 };  // values of quantMode

// How rows travel in combine: as they are, or as int8 in groups of 8 (spec combine.md section 9.1).
enum class Transport : std::uint8_t { kRows = 0, kInt8Groups = 2 };  // values of commQuantMode

struct MoeConfig {
  std::int32_t ep_size = 0;             // ranks of the EP group
  std::int32_t tp_size = 1;             // 1 = no TP, else 2
  std::int32_t num_experts = 0;         // MoE experts over all ranks
  std::int32_t num_shared_experts = 0;  // S, normalised: 0 where sharedExpertRankNum is 0
  std::int32_t num_shared_ranks = 0;    // SR: ranks 0..SR-1 hold copies of the shared experts
  std::int32_t top_k = 0;               // expert ids per token
  std::int64_t hidden = 0;              // elements of a token
  std::int64_t global_batch = 0;        // G = max_batch * ep_size
  DType x_type = DType::kBFloat16;      // kBFloat16 or kFloat16
  Quantization quantization = Quantization::kNone;  // of dispatch
  Transport transport = Transport::kRows;           // of combine

  friend bool operator==(const MoeConfig&, const MoeConfig&) = default;

  // What dispatch writes into expandX.
  [[nodiscard]] bool quantizes() const { return quantization != Quantization::kNone; }
  [[nodiscard]] DType dispatched_type() const { return quantizes() ? DType::kInt8 : x_type; }
  [[nodiscard]] std::int32_t num_moe_ranks() const { return ep_size - num_shared_ranks; }
  // L: MoE experts on each MoE rank.
  [[nodiscard]] std::int32_t experts_per_rank() const { return num_experts / num_moe_ranks(); }
  // The largest number of tokens that one rank may own.
  [[nodiscard]] std::int64_t max_batch() const { return global_batch / ep_size; }
  // Rows a token can come back as: one per top-k entry, one per shared expert.
  [[nodiscard]] std::int32_t slots() const { return top_k + num_shared_experts; }
  [[nodiscard]] bool is_shared_rank(std::int32_t ep_rank) const {
    return ep_rank < num_shared_ranks;
  }
  // Lr: experts on this rank.
  [[nodiscard]] std::int32_t local_experts(std::int32_t ep_rank) const {
    return is_shared_rank(ep_rank) ? 1 : experts_per_rank();
  }
};

}  // namespace ferry::moe

#endif  // FERRY_MOE_CONFIG_H_
