// Combine: the experts' rows back to their tokens, summed with the tokens' weights.
#ifndef FERRY_MOE_COMBINE_H_
#define FERRY_MOE_COMBINE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "base/matrix.h"
#include "comm/group.h"
#include "moe/active_mask.h"
#include "moe/config.h"

namespace ferry::moe {

// Everything combine needs, checked: if one exists, it can run.
struct CombineInput {
  MoeConfig config;
  ConstRows expand_x;                         // [>= rows received, hidden] of config.x_type
  Matrix<const std::int32_t> expert_ids;      // [num_tokens, top_k], contents not yet checked
  Vector<const std::int32_t> assist_info;     // triples: destination rank, token, slot
  Vector<const std::int32_t> ep_send_counts;  // element ep_size * local experts - 1 is n
  Vector<const std::int32_t> tp_send_counts;  // [2] with TP: rows held per TP rank; else unused
  Matrix<const float> expert_scales;          // [num_tokens, top_k] weights
  std::optional<ConstRows> shared_expert_x;   // [num_tokens, hidden], added last with weight 1
  ActiveMask mask = {};
};

struct CombineOutput {
  // [num_tokens, hidden]; may overlap expand_x or shared_expert_x. Rows of tokens without an active
  // pair are not written.
  Rows x;
};

// Runs one combine on this rank. As Dispatch (moe/dispatch.h); errors in spec combine.md
// section 10.
void Combine(const CombineInput& input, const CombineOutput& output,
             const std::vector<comm::Attribute>& agreement, comm::Group& ep, comm::Group* tp);

}  // namespace ferry::moe

#endif  // FERRY_MOE_COMBINE_H_
