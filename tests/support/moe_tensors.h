// One rank's tensors for moe::Dispatch and moe::Combine, made from the oracle's inputs and judged
// by the oracle's results: every element and everything around it.
#ifndef FERRY_TESTS_SUPPORT_MOE_TENSORS_H_
#define FERRY_TESTS_SUPPORT_MOE_TENSORS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "moe/combine.h"
#include "moe/dispatch.h"
#include "moe/reference.h"
#include "support/local_group.h"
#include "support/strided_tensor.h"

namespace ferry::testing {

// Chooses the strides of the next tensor.
using StridesChooser = std::function<Strides()>;
[[nodiscard]] inline Strides AllDense() {
  return Strides::kDense;
}

// Rows that outputs and combine's inputs have room for.
[[nodiscard]] std::int64_t Capacity(const moe::MoeConfig& config, std::int32_t ep_rank);

// One rank's xActiveMask: none, a flag a token or a flag a pair.
class MaskTensor {
 public:
  MaskTensor(const std::vector<std::uint8_t>& entries, bool is_2d, std::int64_t num_tokens,
             std::int32_t top_k, Strides strides);

  [[nodiscard]] moe::ActiveMask view() const;
  [[nodiscard]] std::string Difference() const { return flags_.Difference("xActiveMask"); }

 private:
  moe::ActiveMask::Form form_;
  StridedTensor<std::uint8_t> flags_;
};

class DispatchTensors {
 public:
  DispatchTensors(const moe::MoeConfig& config, std::int32_t ep_rank,
                  const reference::DispatchRank& rank, std::int64_t expand_x_rows,
                  const StridesChooser& choose = AllDense);

  moe::CountsType counts_type = moe::CountsType::kPrefixSums;
  std::int64_t assist_info_size = 0;     // may be lowered before the call
  std::int64_t dynamic_scales_size = 0;  // likewise

  [[nodiscard]] moe::DispatchInput input();
  [[nodiscard]] moe::DispatchOutput output();

  // "" if the outputs hold `result` and nothing else was written.
  [[nodiscard]] std::string Judge(const reference::DispatchResult& result);

  StridedTensor<std::uint16_t> x;
  StridedTensor<std::int32_t> expert_ids;
  MaskTensor mask;
  StridedTensor<float> smooth_scales;
  StridedTensor<std::uint16_t> expand_x;  // without quantisation
  StridedTensor<std::int8_t> quantized;   // expandX with it
  StridedTensor<float> dynamic_scales;
  StridedTensor<std::int32_t> assist_info;
  StridedTensor<std::int64_t> expert_token_nums;
  StridedTensor<std::int32_t> ep_recv_counts;
  StridedTensor<std::int32_t> tp_recv_counts;

 private:
  moe::MoeConfig config_;
  bool has_smooth_scales_;
};

class CombineTensors {
 public:
  CombineTensors(const moe::MoeConfig& config, std::int32_t ep_rank, std::int32_t tp_rank,
                 const reference::CombineRank& rank, std::int64_t expand_x_rows,
                 const StridesChooser& choose = AllDense);

  [[nodiscard]] moe::CombineInput input();
  // xOut is a tensor of its own unless `out` is set, to a view of one of the inputs.
  [[nodiscard]] moe::CombineOutput output();
  std::optional<Rows> out;

  // "" if x holds the produced rows of `result` and, where xOut is a tensor of its own, nothing
  // else was written.
  [[nodiscard]] std::string Judge(const reference::CombineResult& result);

  StridedTensor<std::uint16_t> expand_x;
  StridedTensor<std::int32_t> expert_ids;
  StridedTensor<std::int32_t> assist_info;
  StridedTensor<std::int32_t> ep_send_counts;
  StridedTensor<std::int32_t> tp_send_counts;
  StridedTensor<float> expert_scales;
  StridedTensor<std::uint16_t> shared_expert_x;
  MaskTensor mask;
  StridedTensor<std::uint16_t> x;

 private:
  moe::MoeConfig config_;
  bool has_shared_expert_x_;
};

// Runs the operator on all ranks; what each threw, "" for success.
std::vector<std::string> RunDispatch(LocalWorld& world, std::vector<DispatchTensors>& ranks);
std::vector<std::string> RunCombine(LocalWorld& world, std::vector<CombineTensors>& ranks);

}  // namespace ferry::testing

#endif  // FERRY_TESTS_SUPPORT_MOE_TENSORS_H_
