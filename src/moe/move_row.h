// Moves rows between views, whatever their strides.
#ifndef FERRY_MOE_MOVE_ROW_H_
#define FERRY_MOE_MOVE_ROW_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/matrix.h"
#include "kernels/copy_row.h"

namespace ferry::moe {

using kernels::CopyHint;

// What of the last-level cache this process can count on.
[[nodiscard]] std::int64_t CacheShareBytes();

// The better way to write `bytes`, the sum over all ranks that share this machine's caches:
// streaming once it exceeds half of the cache, which does not keep it until somebody reads it.
[[nodiscard]] CopyHint HintFor(std::int64_t bytes);

// Copies row `from_row` of `from` to row `to_row` of `to`: same element type, same columns.
void MoveRow(const Rows& to, std::int64_t to_row, const ConstRows& from, std::int64_t from_row,
             CopyHint hint);

// Copies all rows of `from` to the first rows of `to`.
void MoveRows(const Rows& to, const ConstRows& from, CopyHint hint);

// Rows packed side by side in `memory`.
[[nodiscard]] Rows DenseRows(std::byte* memory, const ConstRows& shape);

// Row `row` of `rows`, packed into `packed` if its elements are apart.
[[nodiscard]] const std::byte* DenseRow(const ConstRows& rows, std::int64_t row,
                                        std::vector<std::byte>& packed);

}  // namespace ferry::moe

#endif  // FERRY_MOE_MOVE_ROW_H_
