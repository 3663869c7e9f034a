#include "moe/gather.h"

#include "moe/published.h"

namespace ferry::moe {

void CellTable::Reset(std::int64_t num_tokens, std::int32_t slots) {
  num_tokens_ = num_tokens;
  slots_ = slots;
  rows_.assign(static_cast<std::size_t>(num_tokens * slots), nullptr);
}

void CellTable::Put(const OriginEntry& entry, const std::byte* row) {
  if (entry.token < 0 || entry.token >= num_tokens_) return;
  if (entry.slot < 0 || entry.slot >= slots_) return;
  rows_[static_cast<std::size_t>(std::int64_t{entry.token} * slots_ + entry.slot)] = row;
}

std::optional<Cell> CellTable::FirstEmpty(const ActivePairs& active) const {
  for (const std::int32_t token : active.tokens()) {
    for (std::int32_t slot = 0; slot < slots_; ++slot) {
      if (active.HasSlot(token, slot) && Row(token, slot) == nullptr) return Cell{token, slot};
    }
  }
  return std::nullopt;
}

std::int64_t GatherCells(const PeerOrigins& origins, std::int32_t owner, CellTable& cells) {
  const ListRange range = ReadListRange(origins.offsets, static_cast<std::size_t>(owner),
                                        origins.num_entries(), origins.rank);
  for (std::int64_t i = range.first; i < range.last; ++i) {
    const OriginEntry entry = origins.Entry(i);
    cells.Put(entry, origins.rows.row(entry.row));
  }
  return range.last - range.first;
}

}  // namespace ferry::moe
