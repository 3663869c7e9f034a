// The arguments of one phase 1, free to be made wrong, and the call itself.
#ifndef FERRY_TESTS_CONFORMANCE_WRONG_CALLS_ARGS_H_
#define FERRY_TESTS_CONFORMANCE_WRONG_CALLS_ARGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aclnn/aclnn_base.h"

namespace ferry::conformance {

// How a tensor argument is made.
struct Tensor {
  bool given = true;       // false: a null pointer
  bool destroyed = false;  // the handle of a tensor that is no more
  std::vector<std::int64_t> dims = {};
  aclDataType dtype = ACL_FLOAT;
  std::vector<std::int64_t> strides = {};  // empty: null pointer, contiguous
  std::int64_t offset = 0;
  aclFormat format = ACL_FORMAT_ND;
  bool null_data = false;
  std::int64_t shift = 0;  // bytes from the start of its memory to its data pointer
};

using OptionalString = std::optional<std::string>;  // nothing: a null pointer

// What both operators take. `x` is dispatch's input and combine's output, `ep_counts` and
// `tp_counts` are what dispatch receives and combine sends.
struct MoeArgs {
  MoeArgs() = default;
  MoeArgs(const MoeArgs&) = default;
  MoeArgs& operator=(const MoeArgs&) = default;
  virtual ~MoeArgs() = default;

  // Sizes from which Fit makes all dims.
  std::int64_t tokens = 2;
  std::int64_t hidden = 1024;
  std::int64_t top_k = 2;

  Tensor x = {.dtype = ACL_BF16};
  Tensor expert_ids = {.dtype = ACL_INT32};
  Tensor mask = {.given = false, .dtype = ACL_BOOL};
  Tensor expert_scales = {.dtype = ACL_FLOAT};
  Tensor expand_scales = {.given = false, .dtype = ACL_FLOAT};
  Tensor expand_x = {.dtype = ACL_BF16};
  Tensor assist_info = {.dtype = ACL_INT32};
  Tensor ep_counts = {.dtype = ACL_INT32};
  Tensor tp_counts = {.dtype = ACL_INT32};
  OptionalString group_ep;
  std::int64_t ep_world_size = 2;
  std::int64_t ep_rank_id = 0;
  std::int64_t moe_expert_num = 4;
  OptionalString group_tp;
  std::int64_t tp_world_size = 0;
  std::int64_t tp_rank_id = 0;
  std::int64_t expert_shard_type = 0;
  std::int64_t shared_expert_num = 0;
  std::int64_t shared_expert_rank_num = 0;
  std::int64_t quant_mode = 0;  // commQuantMode of combine
  std::int64_t global_bs = 0;
  OptionalString comm_alg;
  bool workspace_size_given = true;
  bool executor_given = true;

  // Where the call is made.
  OptionalString buffer_mib;  // HCCL_BUFFSIZE; nothing: unset
  std::int32_t device = 0;    // of the calling thread
  bool device_is_set = true;  // false: on a thread without a device

  // Gives every tensor the dims that the attributes ask for. To be called after attributes or
  // sizes changed; dims that a test sets itself come after it.
  virtual void Fit();

  // A, as the specification's table has it.
  [[nodiscard]] std::int64_t Capacity() const;
  [[nodiscard]] std::int64_t TpRanks() const { return tp_world_size == 2 ? 2 : 1; }
  [[nodiscard]] std::int64_t SharedExperts() const;
  [[nodiscard]] std::int64_t LocalExperts() const;
};

struct DispatchArgs : MoeArgs {
  DispatchArgs() { expert_scales.given = false; }

  Tensor scales = {.given = false, .dtype = ACL_FLOAT};
  std::int64_t expert_token_nums_type = 1;
  Tensor dynamic_scales = {.given = false, .dtype = ACL_FLOAT};
  Tensor expert_token_nums = {.dtype = ACL_INT64};

  void Fit() override;
  // quantMode 2 and what it needs.
  void Quantise();
};

struct CombineArgs : MoeArgs {
  Tensor activation_scale = {.given = false};
  Tensor weight_scale = {.given = false};
  Tensor group_list = {.given = false};
  Tensor shared_expert_x = {.given = false, .dtype = ACL_BF16};

  void Fit() override;
};

// What phase 1 answered. An executor that it handed out is destroyed.
struct Answer {
  std::int32_t code = 0;
  std::string message = {};
};

// Which phase is asked.
enum class Phase : std::uint8_t {
  kFirst,
  kSecond,  // on the default stream, of a call that it will refuse. Its answer is also what the
            // synchronise returns, or else that is the answer
};

// Calls phase 1, and phase 2 if so asked and phase 1 accepts, on the calling thread.
[[nodiscard]] Answer Ask(const DispatchArgs& args, Phase phase = Phase::kFirst);
[[nodiscard]] Answer Ask(const CombineArgs& args, Phase phase = Phase::kFirst);

}  // namespace ferry::conformance

#endif  // FERRY_TESTS_CONFORMANCE_WRONG_CALLS_ARGS_H_
