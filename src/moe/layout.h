// Which rows of expandX a receiver gets from whom: one block for each (local expert, source).
#ifndef FERRY_MOE_LAYOUT_H_
#define FERRY_MOE_LAYOUT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "moe/config.h"
#include "moe/routing.h"

namespace ferry::moe {

// The rows that one source sends to one local expert, consecutive in expandX.
struct Block {
  std::int32_t source = 0;
  // One a row, in the source's memory, not yet checked. On a MoE rank: (token, k) pairs that name
  // the expert; on a shared rank: tokens.
  std::span<const std::int32_t> entries;
  // The local expert's row of the source's smoothing scales: shared experts come first.
  std::int32_t scale_row = 0;

  [[nodiscard]] std::int64_t num_rows() const { return static_cast<std::int64_t>(entries.size()); }
};

// Rows in the order of expandX. Reused from call to call, so that steady state does not allocate.
struct RowLayout {
  std::vector<Block> blocks;               // [local expert, source]
  std::vector<std::int32_t> running_rows;  // [local expert, source]: rows up to and with the block
  std::vector<std::int64_t> expert_rows;   // [local expert]
  std::vector<std::int64_t> source_rows;   // [source]
  std::int64_t num_rows = 0;               // n
};

// Lays out what `rank` receives, given the plans of all sources by rank.
void LayOutRows(const MoeConfig& config, std::int32_t rank, std::span<const PeerPlan> plans,
                RowLayout& layout);

// What the tensors of `rank` can hold.
struct Room {
  std::int64_t expand_x_rows = 0;
  std::int64_t assist_info_size = 0;
  std::optional<std::int64_t> dynamic_scales_size;  // with quantisation
};

// The lowest source that has a token which names an expert twice, or kNoRank.
[[nodiscard]] std::int64_t FirstWithDuplicates(std::span<const PeerPlan> plans);

// Throws Error{507015}, naming rank, rows needed and rows available, if the rows do not fit. Only
// tokens that name an expert twice can cause that.
void CheckRoom(std::int32_t rank, const RowLayout& layout, std::span<const PeerPlan> plans,
               const Room& room);

}  // namespace ferry::moe

#endif  // FERRY_MOE_LAYOUT_H_
