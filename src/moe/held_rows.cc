#include "moe/held_rows.h"

#include <fmt/core.h>

#include "moe/read_once.h"

namespace ferry::moe {

HeldRows ReadHeldRows(const CombineInput& input, std::int32_t ep_rank, std::int32_t tp_rank) {
  const MoeConfig& config = input.config;
  const std::int64_t available = input.expand_x.rows;
  const std::int64_t last =
      static_cast<std::int64_t>(config.ep_size) * config.local_experts(ep_rank) - 1;
  HeldRows held;
  held.own = ReadOnce(input.ep_send_counts[last]);
  if (held.own < 0 || held.own > available) {
    held.failure =
        fmt::format("rank {}: epSendCounts[{}] is {}; must be in [0, {}], the rows of expandX",
                    ep_rank, last, held.own, available);
    return held;
  }
  if (3 * held.own > input.assist_info.size) {
    held.failure = fmt::format(
        "rank {}: epSendCounts[{}] is {}; must be in [0, {}], the triples of assistInfoForCombine "
        "({} elements)",
        ep_rank, last, held.own, input.assist_info.size / 3, input.assist_info.size);
    return held;
  }
  if (config.tp_size < 2) return held;

  held.peer = ReadOnce(input.tp_send_counts[1 - tp_rank]);
  if (held.peer < 0 || held.own + held.peer > available) {
    held.failure = fmt::format(
        "rank {} with tpRankId {}: tpSendCounts[{}] is {}; must be in [0, {}], the rows of expandX "
        "behind its own {}",
        ep_rank, tp_rank, 1 - tp_rank, held.peer, available - held.own, held.own);
  }
  return held;
}

}  // namespace ferry::moe
