// A few tokens a rank, whose rows tell where they come from, for groups of hundreds of ranks.
#ifndef FERRY_TESTS_SCALE_FEW_TOKENS_H_
#define FERRY_TESTS_SCALE_FEW_TOKENS_H_

#include <cstdint>

#include "moe/config.h"
#include "moe/reference.h"
#include "support/moe_calls.h"

namespace ferry::support {

struct FewTokens {
  std::int32_t ep_size = 0;
  std::int32_t num_experts = 0;
  std::int64_t tokens = 0;  // of each rank
  std::int64_t hidden = 0;

  [[nodiscard]] moe::MoeConfig Config() const;
  // What rank `rank` dispatches, each token to eight experts.
  [[nodiscard]] reference::DispatchRank InputOf(std::size_t rank) const;
  [[nodiscard]] DispatchTensors Dispatch(std::size_t rank) const;
  // With a weight of 1/8 each, so that the sum of eight copies is the token, exactly.
  [[nodiscard]] CombineTensors CombineAfter(const DispatchTensors& dispatch) const;

  // Every row that `rank` has received is the row that its triple names, for an expert of this
  // rank. Returns how many there are.
  [[nodiscard]] std::int64_t CheckRows(std::size_t rank, const DispatchTensors& tensors) const;
  // Every token is back.
  void CheckSums(std::size_t rank, const CombineTensors& tensors) const;

 private:
  [[nodiscard]] std::uint16_t ValueAt(std::size_t rank, std::int64_t token,
                                      std::int64_t column) const;
  [[nodiscard]] std::int32_t ExpertOf(std::size_t rank, std::int64_t token,
                                      std::int64_t slot) const;
};

}  // namespace ferry::support

#endif  // FERRY_TESTS_SCALE_FEW_TOKENS_H_
