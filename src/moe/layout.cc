#include "moe/layout.h"

#include <algorithm>
#include <limits>
#include <string>

#include "base/error.h"
#include "moe/placement.h"
#include "moe/published.h"

namespace ferry::moe {
namespace {

Block SharedBlock(const Placement& placement, std::int32_t rank, const PeerPlan& plan) {
  const std::int32_t scale_row = placement.SharedExpertOf(rank);
  if (!placement.SharedRankServes(rank, plan.rank)) return {plan.rank, {}, scale_row};
  return {plan.rank, plan.SharedTokens(), scale_row};
}

// Who made the rows exceed the capacity.
std::string DuplicatesOf(std::span<const PeerPlan> plans) {
  const std::int64_t source = FirstWithDuplicates(plans);
  if (source == kNoRank) return "";
  return fmt::format(" (a token of rank {} names an expert twice)", source);
}

}  // namespace

std::int64_t FirstWithDuplicates(std::span<const PeerPlan> plans) {
  const auto source = std::find_if(plans.begin(), plans.end(),
                                   [](const PeerPlan& plan) { return plan.has_duplicates; });
  return source == plans.end() ? kNoRank : source->rank;
}

void LayOutRows(const MoeConfig& config, std::int32_t rank, std::span<const PeerPlan> plans,
                RowLayout& layout) {
  const Placement placement(config);
  const bool shared = config.is_shared_rank(rank);
  const std::int32_t first_expert = shared ? 0 : placement.FirstExpertOf(rank);
  layout.blocks.clear();
  layout.running_rows.clear();
  layout.source_rows.assign(plans.size(), 0);
  layout.expert_rows.clear();
  layout.num_rows = 0;
  for (std::int32_t l = 0; l < config.local_experts(rank); ++l) {
    const std::int64_t rows_before = layout.num_rows;
    const std::int32_t expert = first_expert + l;
    for (const PeerPlan& plan : plans) {
      const Block block =
          shared ? SharedBlock(placement, rank, plan)
                 : Block{plan.rank, plan.PairsOf(expert), config.num_shared_experts + expert};
      layout.num_rows += block.num_rows();
      layout.source_rows[static_cast<std::size_t>(plan.rank)] += block.num_rows();
      layout.blocks.push_back(block);
      layout.running_rows.push_back(static_cast<std::int32_t>(layout.num_rows));
    }
    layout.expert_rows.push_back(layout.num_rows - rows_before);
  }
  Require(layout.num_rows <= std::numeric_limits<std::int32_t>::max(), Code::kRtAicoreException,
          "rank {}: {} rows are more than epRecvCounts can count", rank, layout.num_rows);
}

void CheckRoom(std::int32_t rank, const RowLayout& layout, std::span<const PeerPlan> plans,
               const Room& room) {
  if (layout.num_rows > room.expand_x_rows) {
    Fail(Code::kRtAicoreException, "rank {}: {} rows needed, expandX has {} rows available{}", rank,
         layout.num_rows, room.expand_x_rows, DuplicatesOf(plans));
  }
  if (room.dynamic_scales_size && layout.num_rows > *room.dynamic_scales_size) {
    Fail(Code::kRtAicoreException,
         "rank {}: {} rows needed, dynamicScales has {} elements available{}", rank,
         layout.num_rows, *room.dynamic_scales_size, DuplicatesOf(plans));
  }
  if (3 * layout.num_rows > room.assist_info_size) {
    Fail(Code::kRtAicoreException,
         "rank {}: {} rows needed, assistInfoForCombine has {} rows available ({} elements){}",
         rank, layout.num_rows, room.assist_info_size / 3, room.assist_info_size,
         DuplicatesOf(plans));
  }
}

}  // namespace ferry::moe
