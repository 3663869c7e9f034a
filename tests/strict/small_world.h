// Two ranks with two tokens each, for what FERRY_STRICT=1 finds in dispatch and combine.
#ifndef FERRY_TESTS_STRICT_SMALL_WORLD_H_
#define FERRY_TESTS_STRICT_SMALL_WORLD_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "moe/reference.h"
#include "support/moe_calls.h"

namespace ferry::support {

inline constexpr std::int32_t kFailed = 507015;
inline constexpr std::int32_t kInvalid = 107000;

// Experts 0 and 1 are rank 0's, 2 and 3 rank 1's.
inline moe::MoeConfig SmallConfig() {
  return {.ep_size = 2,
          .num_experts = 4,
          .top_k = 2,
          .hidden = 1024,
          .global_batch = 4,
          .x_type = DType::kBFloat16};
}

using Ids = std::vector<std::int32_t>;

inline reference::DispatchRank InputOf(const moe::MoeConfig& config, Ids ids) {
  reference::DispatchRank rank;
  rank.num_tokens = 2;
  rank.x.assign(static_cast<std::size_t>(2 * config.hidden), 0x3f80);
  rank.expert_ids = std::move(ids);
  return rank;
}

// Two tokens a rank, both to experts 0 and 1: rank 1 receives nothing.
inline std::vector<reference::DispatchRank> Inputs(const moe::MoeConfig& config) {
  return std::vector<reference::DispatchRank>(2, InputOf(config, {0, 1, 0, 1}));
}

inline std::vector<DispatchTensors> Tensors(const moe::MoeConfig& config,
                                            const std::vector<reference::DispatchRank>& inputs) {
  std::vector<DispatchTensors> tensors;
  for (std::size_t w = 0; w < inputs.size(); ++w)
    tensors.push_back(
        MakeDispatch(config, static_cast<std::int32_t>(w) / config.tp_size, inputs[w]));
  return tensors;
}

// What each rank's combine has beside its dispatch's tensors.
inline reference::CombineRank Weights() {
  reference::CombineRank input;
  input.num_tokens = 2;
  input.expert_scales = {0.5F, 0.5F, 0.5F, 0.5F};
  return input;
}

inline std::vector<CombineTensors> CombinesAfter(const moe::MoeConfig& config,
                                                 const std::vector<DispatchTensors>& dispatched,
                                                 const reference::CombineRank& input = Weights()) {
  std::vector<CombineTensors> tensors;
  for (const DispatchTensors& dispatch : dispatched)
    tensors.push_back(MakeCombineAfter(config, dispatch, input));
  return tensors;
}

inline void ExpectAllFailed(const std::vector<Outcome>& outcomes, const std::string& part) {
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.finish, kFailed);
    EXPECT_NE(outcome.message.find(part), std::string::npos) << outcome.message;
  }
}

}  // namespace ferry::support

#endif  // FERRY_TESTS_STRICT_SMALL_WORLD_H_
