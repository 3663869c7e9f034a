// Where experts live, and how many rows their ranks must hold. Nothing else divides experts by
// ranks.
#ifndef FERRY_MOE_PLACEMENT_H_
#define FERRY_MOE_PLACEMENT_H_

#include <algorithm>
#include <cstdint>

#include "moe/config.h"

namespace ferry::moe {

class Placement {
 public:
  explicit Placement(const MoeConfig& config) : config_(config) {}

  [[nodiscard]] std::int32_t RankOfExpert(std::int32_t expert) const {
    return config_.num_shared_ranks + expert / config_.experts_per_rank();
  }
  [[nodiscard]] std::int32_t LocalIndexOfExpert(std::int32_t expert) const {
    return expert % config_.experts_per_rank();
  }
  // The first MoE expert of a MoE rank.
  [[nodiscard]] std::int32_t FirstExpertOf(std::int32_t moe_rank) const {
    return (moe_rank - config_.num_shared_ranks) * config_.experts_per_rank();
  }

  // R: ranks that hold copies of one shared expert. Only with shared experts.
  [[nodiscard]] std::int32_t CopiesPerSharedExpert() const {
    return config_.num_shared_ranks / config_.num_shared_experts;
  }
  // The copy of a shared expert that serves the tokens of `source`.
  [[nodiscard]] std::int32_t RankOfSharedExpert(std::int32_t shared, std::int32_t source) const {
    const std::int32_t copies = CopiesPerSharedExpert();
    return shared * copies + source % copies;
  }
  [[nodiscard]] std::int32_t SharedExpertOf(std::int32_t shared_rank) const {
    return shared_rank / CopiesPerSharedExpert();
  }
  // Whether shared rank `rank` receives the tokens of `source`.
  [[nodiscard]] bool SharedRankServes(std::int32_t rank, std::int32_t source) const {
    const std::int32_t copies = CopiesPerSharedExpert();
    return source % copies == rank % copies;
  }

  // A: rows that `rank` can receive when no token names an expert twice.
  [[nodiscard]] std::int64_t Capacity(std::int32_t rank) const {
    if (config_.is_shared_rank(rank)) {
      const std::int32_t copies = CopiesPerSharedExpert();
      return config_.max_batch() * ((config_.ep_size + copies - 1) / copies);
    }
    return config_.global_batch * std::min(config_.experts_per_rank(), config_.top_k);
  }

 private:
  MoeConfig config_;
};

}  // namespace ferry::moe

#endif  // FERRY_MOE_PLACEMENT_H_
