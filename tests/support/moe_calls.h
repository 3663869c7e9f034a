// Dispatch and combine on a World: tensors made from the oracle's inputs, outputs compared with the
// oracle's results down to the last byte that must stay untouched.
#ifndef FERRY_TESTS_SUPPORT_MOE_CALLS_H_
#define FERRY_TESTS_SUPPORT_MOE_CALLS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "moe/config.h"
#include "moe/reference.h"
#include "support/device_tensor.h"
#include "support/world.h"

namespace ferry::support {

using TensorPtr = std::shared_ptr<DeviceTensor>;

inline constexpr std::int64_t kDefault = -1;

// A of spec dispatch.md section 4: rows that `ep_rank` can receive without duplicate ids.
[[nodiscard]] std::int64_t Capacity(const moe::MoeConfig& config, std::int32_t ep_rank);

// What a caller may choose on each rank for itself.
struct CallOptions {
  std::int64_t global_bs = kDefault;          // attribute; default: global_batch of the config
  std::int64_t shared_expert_num = kDefault;  // attribute; default: that of the config
  std::int64_t tp_world_size = kDefault;      // attribute; default: 0 without TP
  std::string comm_alg = {};                  // "" = null pointer
};

struct DispatchOptions {
  CallOptions call = {};
  moe::CountsType counts_type = moe::CountsType::kCounts;
  std::int64_t expand_x_rows = kDefault;  // default: A, twice that with TP
  std::int64_t assist_words = kDefault;   // default: 128 * A
  Storage x = {};
  Storage expert_ids = {};
  Storage expand_x = {};
  Storage assist_info = {};
  Storage expert_token_nums = {};
  Storage ep_recv_counts = {};
  Storage tp_recv_counts = {};
};

// The tensors of one rank's dispatch.
struct DispatchTensors {
  DispatchOptions options;
  TensorPtr x;                  // [num_tokens, hidden]
  TensorPtr expert_ids;         // [num_tokens, top_k]
  TensorPtr expand_x;           // [expand_x_rows, hidden]
  TensorPtr dynamic_scales;     // [4], never touched without quantisation
  TensorPtr assist_info;        // [assist_words]
  TensorPtr expert_token_nums;  // [local experts]
  TensorPtr ep_recv_counts;     // [ep * local experts * tp]
  TensorPtr tp_recv_counts;     // [2]; never touched without TP
  TensorPtr expand_scales;      // [4], never touched on A3
};

[[nodiscard]] DispatchTensors MakeDispatch(const moe::MoeConfig& config, std::int32_t ep_rank,
                                           const reference::DispatchRank& input,
                                           const DispatchOptions& options = {});

// One dispatch on all ranks; `ranks[w]` belongs to world rank w.
std::vector<Outcome> Dispatch(const World& world, const moe::MoeConfig& config,
                              const std::vector<DispatchTensors>& ranks);

// Whether inputs are unchanged and outputs hold exactly `expected` and nothing else.
[[nodiscard]] ::testing::AssertionResult HoldsDispatch(DispatchTensors& tensors,
                                                       const reference::DispatchResult& expected);

// Where xOut lies.
enum class CombineOutput : std::uint8_t { kOwn, kDispatchX, kExpandX, kSharedExpertX };

struct CombineOptions {
  CallOptions call = {};
  CombineOutput output = CombineOutput::kOwn;  // kDispatchX only after a dispatch
  bool shared_expert_x_is_3d = false;
  Storage expert_scales = {};
  Storage shared_expert_x = {};
  Storage x_out = {};  // of kOwn; also the strides and offset of the view in kExpandX
  // Of tensors that dispatch does not leave behind.
  Storage expand_x = {};
  Storage expert_ids = {};
  Storage assist_info = {};
};

// The tensors of one rank's combine.
struct CombineTensors {
  CombineOptions options;
  TensorPtr expand_x;
  TensorPtr expert_ids;
  TensorPtr assist_info;
  TensorPtr ep_send_counts;
  TensorPtr tp_send_counts;   // null without TP
  TensorPtr expert_scales;    // [num_tokens, top_k]
  TensorPtr shared_expert_x;  // null: not given
  TensorPtr x_out;            // [num_tokens, hidden]
};

// From nothing: a call without a preceding dispatch.
[[nodiscard]] CombineTensors MakeCombine(const moe::MoeConfig& config, std::int32_t ep_rank,
                                         std::int32_t tp_rank, const reference::CombineRank& input,
                                         const CombineOptions& options = {});

// From what dispatch left. Of `input` only num_tokens, expert_scales and shared_expert_x are used,
// and expand_x where it is not empty: the rows after the experts' work.
[[nodiscard]] CombineTensors MakeCombineAfter(const moe::MoeConfig& config,
                                              const DispatchTensors& dispatch,
                                              const reference::CombineRank& input,
                                              const CombineOptions& options = {});

// One combine on all ranks.
std::vector<Outcome> Combine(const World& world, const moe::MoeConfig& config,
                             const std::vector<CombineTensors>& ranks);

// Whether inputs are unchanged, where xOut does not overlap them, and xOut holds the produced rows
// of `expected` and nothing else.
[[nodiscard]] ::testing::AssertionResult HoldsCombine(CombineTensors& tensors,
                                                      const reference::CombineResult& expected);

// Success if every rank's outcome is; else names the first rank that failed, with its message.
[[nodiscard]] ::testing::AssertionResult AllOk(const std::vector<Outcome>& outcomes);

}  // namespace ferry::support

#endif  // FERRY_TESTS_SUPPORT_MOE_CALLS_H_
