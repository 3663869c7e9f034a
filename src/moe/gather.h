// The owner's side of combine: finds the returned row of every (token, slot).
#ifndef FERRY_MOE_GATHER_H_
#define FERRY_MOE_GATHER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "moe/active_mask.h"
#include "moe/config.h"
#include "moe/origin.h"

namespace ferry::moe {

struct Cell {
  std::int64_t token = 0;
  std::int32_t slot = 0;
};

// The row that fills each cell (token, slot), in the memory of the rank that holds it.
class CellTable {
 public:
  // Starts a call with empty cells; keeps its memory.
  void Reset(std::int64_t num_tokens, std::int32_t slots);

  // Rows for cells outside the table are dropped; a cell that is filled twice keeps the later row.
  void Put(const OriginEntry& entry, const std::byte* row);

  // Null while the cell is empty.
  [[nodiscard]] const std::byte* Row(std::int64_t token, std::int32_t slot) const {
    return rows_[static_cast<std::size_t>(token * slots_ + slot)];
  }
  // The first cell of an active pair or of an active token's shared expert that is empty.
  [[nodiscard]] std::optional<Cell> FirstEmpty(const ActivePairs& active) const;

 private:
  std::vector<const std::byte*> rows_;  // [token, slot]
  std::int64_t num_tokens_ = 0;
  std::int32_t slots_ = 0;
};

// Puts the rows that `origins` returns to rank `owner` into the table. Returns how many.
std::int64_t GatherCells(const PeerOrigins& origins, std::int32_t owner, CellTable& cells);

}  // namespace ferry::moe

#endif  // FERRY_MOE_GATHER_H_
