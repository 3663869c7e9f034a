// Dispatch: every token to the ranks of its experts.
#ifndef FERRY_MOE_DISPATCH_H_
#define FERRY_MOE_DISPATCH_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "base/matrix.h"
#include "comm/group.h"
#include "moe/active_mask.h"
#include "moe/config.h"

namespace ferry::moe {

// Everything dispatch needs, checked: if one exists, it can run.
struct DispatchInput {
  MoeConfig config;
  ConstRows x;                            // [num_tokens, hidden] of config.x_type
  Matrix<const std::int32_t> expert_ids;  // [num_tokens, top_k], contents not yet checked
  ActiveMask mask = {};
  // With quantisation: [num_shared_experts + num_experts, hidden], shared experts first.
  std::optional<Matrix<const float>> smooth_scales = {};
};

struct DispatchOutput {
  Rows expand_x;                           // [>= rows received, hidden] of config.dispatched_type()
  Vector<std::int32_t> assist_info;        // [>= 3 * own rows]: source rank, token, slot
  Vector<std::int64_t> expert_token_nums;  // [local experts]
  CountsType counts_type = CountsType::kPrefixSums;
  Vector<std::int32_t> ep_recv_counts;  // [>= ep_size * local experts * tp_size], running totals
  Vector<std::int32_t> tp_recv_counts;  // [2] with TP, else never touched
  Vector<float> dynamic_scales = {};    // [>= rows received] with quantisation, else never touched
};

// Runs one dispatch on this rank. `agreement` lists what must be equal on all ranks; `tp` is null
// without TP. Throws Error{507015} as spec dispatch.md section 11 says; outputs are then undefined
// inside their tensors and nothing outside is written. To be called under comm::RunCall.
void Dispatch(const DispatchInput& input, const DispatchOutput& output,
              const std::vector<comm::Attribute>& agreement, comm::Group& ep, comm::Group* tp);

}  // namespace ferry::moe

#endif  // FERRY_MOE_DISPATCH_H_
