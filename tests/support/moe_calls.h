// Dispatch and combine on a World: tensors made from the oracle's inputs, outputs compared with the
// oracle's results down to the last byte that must stay untouched.
#ifndef FERRY_TESTS_SUPPORT_MOE_CALLS_H_
#define FERRY_TESTS_SUPPORT_MOE_CALLS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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

// What groupTp says. Without TP nobody looks at it, so that all of these mean the same.
enum class GroupTp : std::uint8_t { kItsName, kNull, kNameOfEp, kOfNoGroup };

// What a caller may choose on each rank for itself.
struct CallOptions {
  std::int64_t global_bs = kDefault;          // attribute; default: global_batch of the config
  std::int64_t shared_expert_num = kDefault;  // attribute; default: that of the config
  std::int64_t tp_world_size = kDefault;      // attribute; default: 0 without TP
  std::optional<std::string> comm_alg = {};   // default: a null pointer
  GroupTp group_tp = GroupTp::kItsName;       // "" without TP
};

using OtherDims = std::optional<std::vector<std::int64_t>>;

struct DispatchOptions {
  CallOptions call = {};
  moe::CountsType counts_type = moe::CountsType::kCounts;
  std::int64_t expand_x_rows = kDefault;   // default: A, twice that with TP
  std::int64_t dynamic_scales = kDefault;  // elements; default: as many, 4 if not used
  std::int64_t assist_words = kDefault;    // default: 128 * A
  std::int64_t spare_ep_recv_counts = 0;   // elements beyond those that are written
  std::int64_t tp_recv_counts = 2;         // elements; any number without TP
  bool gives_expert_scales = false;        // an input that A3 ignores
  bool null_dynamic_scales = false;        // only where they are not used
  bool null_expand_scales = false;
  Storage x = {};
  Storage expert_ids = {};
  Storage scales = {};
  Storage mask = {};
  Storage expert_scales = {};
  Storage expand_x = {};
  Storage dynamic_scales_storage = {};
  Storage assist_info = {};
  Storage expert_token_nums = {};
  Storage ep_recv_counts = {};
  Storage tp_recv_counts_storage = {};
  Storage expand_scales = {};
  // Of tensors that are not used, where they shall have other dims.
  OtherDims dynamic_scales_dims = {};
  OtherDims expert_scales_dims = {};
  OtherDims expand_scales_dims = {};
};

// The tensors of one rank's dispatch.
struct DispatchTensors {
  DispatchOptions options;
  TensorPtr x;                  // [num_tokens, hidden]
  TensorPtr expert_ids;         // [num_tokens, top_k]
  TensorPtr scales;             // [S + E, hidden]; null: not given
  TensorPtr mask;               // [num_tokens] or [num_tokens, top_k]; null: not given
  TensorPtr expert_scales;      // [num_tokens, top_k]; null: not given
  TensorPtr expand_x;           // [expand_x_rows, hidden]
  TensorPtr dynamic_scales;     // never touched without quantisation; null: not given
  TensorPtr assist_info;        // [assist_words]
  TensorPtr expert_token_nums;  // [local experts]
  TensorPtr ep_recv_counts;     // [ep * local experts * tp + spare]
  TensorPtr tp_recv_counts;     // never touched without TP
  TensorPtr expand_scales;      // [4], never touched on A3; null: not given

  [[nodiscard]] std::vector<TensorPtr> outputs() const;
};

[[nodiscard]] DispatchTensors MakeDispatch(const moe::MoeConfig& config, std::int32_t ep_rank,
                                           const reference::DispatchRank& input,
                                           const DispatchOptions& options = {});

// One dispatch on all ranks; `ranks[w]` belongs to world rank w. `between`: see World::Run.
std::vector<Outcome> Dispatch(const World& world, const moe::MoeConfig& config,
                              const std::vector<DispatchTensors>& ranks,
                              const std::function<void()>& between = {});

// Whether inputs are unchanged and outputs hold exactly `expected` and nothing else.
[[nodiscard]] ::testing::AssertionResult HoldsDispatch(DispatchTensors& tensors,
                                                       const reference::DispatchResult& expected);

// Whether a failed dispatch left its inputs and all around its outputs as they were.
[[nodiscard]] ::testing::AssertionResult StayedInside(DispatchTensors& tensors);

// Where xOut lies.
enum class CombineOutput : std::uint8_t { kOwn, kDispatchX, kExpandX, kSharedExpertX };

struct CombineOptions {
  CallOptions call = {};
  CombineOutput output = CombineOutput::kOwn;  // kDispatchX only after a dispatch
  std::int64_t shared_expert_x_blocks = 0;     // 0: two dims; else (blocks, Bs / blocks, hidden)
  std::int64_t expand_x_rows = kDefault;       // default: A, twice that with TP
  bool gives_expand_scales = false;            // an input that A3 ignores
  bool gives_tp_send_counts = false;           // without TP, where they are ignored
  std::int64_t out_dtype = 0;                  // ignored
  std::int64_t group_list_type = 0;            // ignored
  Storage expert_scales = {};
  Storage mask = {};
  Storage shared_expert_x = {};
  Storage x_out = {};  // of kOwn; also of the view in kExpandX and kSharedExpertX
  // Of tensors that dispatch does not leave behind. After a dispatch with quantisation expandX is
  // one of them.
  Storage expand_x = {};
  Storage expert_ids = {};
  Storage assist_info = {};
  Storage ep_send_counts = {};
  Storage tp_send_counts = {};
  // Of tensors that are not used.
  Storage expand_scales = {};
  OtherDims expand_scales_dims = {};
  OtherDims tp_send_counts_dims = {};  // then it is not the tensor that dispatch left
};

// The tensors of one rank's combine.
struct CombineTensors {
  CombineOptions options;
  TensorPtr expand_x;
  TensorPtr expert_ids;
  TensorPtr assist_info;
  TensorPtr ep_send_counts;
  TensorPtr tp_send_counts;   // null: not given
  TensorPtr expert_scales;    // [num_tokens, top_k]
  TensorPtr mask;             // [num_tokens] or [num_tokens, top_k]; null: not given
  TensorPtr expand_scales;    // null: not given
  TensorPtr shared_expert_x;  // null: not given
  TensorPtr x_out;            // [num_tokens, hidden]
};

// From nothing: a call without a preceding dispatch.
[[nodiscard]] CombineTensors MakeCombine(const moe::MoeConfig& config, std::int32_t ep_rank,
                                         std::int32_t tp_rank, const reference::CombineRank& input,
                                         const CombineOptions& options = {});

// From what dispatch left. Of `input` only num_tokens, expert_scales, mask and shared_expert_x are
// used, and expand_x where it is not empty: the rows after the experts' work.
[[nodiscard]] CombineTensors MakeCombineAfter(const moe::MoeConfig& config,
                                              const DispatchTensors& dispatch,
                                              const reference::CombineRank& input,
                                              const CombineOptions& options = {});

// One combine on all ranks. `between`: see World::Run.
std::vector<Outcome> Combine(const World& world, const moe::MoeConfig& config,
                             const std::vector<CombineTensors>& ranks,
                             const std::function<void()>& between = {});

// Whether inputs are unchanged, where xOut does not overlap them, and xOut holds the produced rows
// of `expected` and nothing else.
[[nodiscard]] ::testing::AssertionResult HoldsCombine(CombineTensors& tensors,
                                                      const reference::CombineResult& expected);

// Success if every rank's outcome is; else names the first rank that failed, with its message.
[[nodiscard]] ::testing::AssertionResult AllOk(const std::vector<Outcome>& outcomes);

}  // namespace ferry::support

#endif  // FERRY_TESTS_SUPPORT_MOE_CALLS_H_
