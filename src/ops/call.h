// The arguments that dispatch and combine share, as a caller passed them, and what follows from
// them.
//
// Nothing here is trusted: every derived value is defined for any arguments, without overflow and
// without division by zero, because rows are evaluated on wrong calls too. Where a value makes no
// sense, it is 0.
#ifndef FERRY_OPS_CALL_H_
#define FERRY_OPS_CALL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"
#include "moe/config.h"
#include "ops/tensor_arg.h"
#include "ops/window_size.h"

namespace ferry::ops {

// A C string: copied, because callers pass temporaries.
struct StringArg {
  bool given = false;  // false: null pointer; `text` is then ""
  std::string text;

  StringArg() = default;
  // Reads no more than `longest` characters: a caller's buffer may lack its end.
  StringArg(const char* pointer, std::size_t longest);
};

inline constexpr std::size_t kGroupNameBytes = 128;  // one more than a name may have
inline constexpr std::size_t kCommAlgBytes = 4096;

// A communicator as the calling thread's device sees it.
struct GroupFacts {
  std::int64_t rank = 0;
  std::int64_t size = 0;
};

// What the checks need to know besides the arguments.
struct Facts {
  env::Product product = env::Product::kA3;
  std::string product_text;
  std::int64_t buffer_mib = 200;       // HCCL_BUFFSIZE
  bool strict = false;                 // FERRY_STRICT: what only the device refuses is refused
  std::optional<std::int32_t> device;  // of the calling thread
  std::optional<GroupFacts> ep;        // groupEp, if such a communicator is on this device
  std::optional<GroupFacts> tp;
};

struct MoeCall {
  MoeCall() = default;
  MoeCall(const MoeCall&) = default;
  MoeCall& operator=(const MoeCall&) = default;
  virtual ~MoeCall() = default;

  // Arguments, in the C API's words.
  OptionalTensor expert_ids;
  OptionalTensor active_mask;
  OptionalTensor expert_scales;
  OptionalTensor expand_scales;
  StringArg group_ep;
  std::int64_t ep_world_size = 0;
  std::int64_t ep_rank_id = 0;
  std::int64_t moe_expert_num = 0;
  StringArg group_tp;
  std::int64_t tp_world_size = 0;
  std::int64_t tp_rank_id = 0;
  std::int64_t expert_shard_type = 0;
  std::int64_t shared_expert_num = 0;
  std::int64_t shared_expert_rank_num = 0;
  std::int64_t global_bs = 0;
  StringArg comm_alg;
  bool workspace_size_given = false;
  bool executor_given = false;

  Facts facts;

  // Which tensors carry these differs between the operators.
  [[nodiscard]] virtual std::int64_t num_tokens() const = 0;  // Bs
  [[nodiscard]] virtual std::int64_t hidden() const = 0;      // H
  [[nodiscard]] virtual WindowForm window_form() const { return WindowForm::kFullmeshV1; }

  // Derived values, spec dispatch.md section 4.
  [[nodiscard]] std::int64_t top_k() const { return Dim(expert_ids, 1); }  // K
  [[nodiscard]] bool has_tp() const { return tp_world_size == 2; }
  [[nodiscard]] std::int64_t tp_ranks() const { return has_tp() ? 2 : 1; }  // tp'
  [[nodiscard]] std::int64_t shared_experts() const;                        // S, normalised
  [[nodiscard]] std::int64_t local_batch_sum() const;                       // Bs * ep
  [[nodiscard]] std::int64_t global_batch() const;                          // G
  [[nodiscard]] std::int64_t max_batch() const;                             // maxBs
  [[nodiscard]] bool batches_may_differ() const { return global_bs > local_batch_sum(); }
  [[nodiscard]] std::int64_t experts_per_rank() const;  // L of a MoE rank
  [[nodiscard]] std::int64_t local_experts() const;     // Lr
  [[nodiscard]] std::int64_t counts_length() const;     // ep * Lr * tp'
  [[nodiscard]] std::int64_t capacity() const;          // A
  [[nodiscard]] std::int64_t rows_with_tp() const;      // tp' * A
  [[nodiscard]] WindowShape window_shape() const;
  [[nodiscard]] std::int64_t window_bytes() const;

  // The sizes as moe/ sees them, for a global batch of one token a rank; nothing while the numbers
  // do not form a layout of experts on ranks.
  [[nodiscard]] std::optional<moe::MoeConfig> layout() const;

  // The config of a checked call.
  [[nodiscard]] moe::MoeConfig Config(DType x_type) const;
};

}  // namespace ferry::ops

#endif  // FERRY_OPS_CALL_H_
