// A tensor (a, b, H) read as a * b token rows, whatever its strides.
#ifndef FERRY_OPS_FOLDED_ROWS_H_
#define FERRY_OPS_FOLDED_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/matrix.h"
#include "ops/tensor_arg.h"

namespace ferry::ops {

struct FoldedRows {
  ConstRows block;                // [b, H], the rows of the first block
  std::int64_t blocks = 1;        // a
  std::int64_t block_stride = 0;  // bytes

  // The same rows with one stride between all of them, where that is possible.
  [[nodiscard]] std::optional<ConstRows> AsMatrixRows() const;

  // Copies all rows, dense, and returns a view of the copy, which `storage` holds.
  [[nodiscard]] ConstRows Gather(std::vector<std::byte>& storage) const;
};

// `tensor` is 2-D or 3-D and checked.
[[nodiscard]] FoldedRows FoldRows(const TensorArg& tensor);

}  // namespace ferry::ops

#endif  // FERRY_OPS_FOLDED_ROWS_H_
