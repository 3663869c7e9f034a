#include "ops/folded_rows.h"

#include "kernels/copy_row.h"
#include "ops/tensor_view.h"

namespace ferry::ops {

FoldedRows FoldRows(const TensorArg& tensor) {
  const auto bytes = static_cast<std::int64_t>(SizeOf(tensor.dtype));
  const bool has_blocks = tensor.dims.size() == 3;
  const std::size_t row_dim = has_blocks ? 1 : 0;
  return {.block = {.data = tensor.data + tensor.offset * bytes,
                    .dtype = tensor.dtype,
                    .rows = tensor.dims[row_dim],
                    .cols = tensor.dims[row_dim + 1],
                    .row_stride = StrideOf(tensor, row_dim) * bytes,
                    .col_stride = StrideOf(tensor, row_dim + 1) * bytes},
          .blocks = has_blocks ? tensor.dims[0] : 1,
          .block_stride = has_blocks ? StrideOf(tensor, 0) * bytes : 0};
}

std::optional<ConstRows> FoldedRows::AsMatrixRows() const {
  ConstRows rows = block;
  rows.rows = blocks * block.rows;
  if (blocks == 1) return rows;
  if (block.rows == 1) {
    rows.row_stride = block_stride;
    return rows;
  }
  if (block_stride != block.rows * block.row_stride) return std::nullopt;
  return rows;
}

ConstRows FoldedRows::Gather(std::vector<std::byte>& storage) const {
  const std::int64_t row_bytes = block.row_bytes();
  const auto element_bytes = static_cast<std::int64_t>(SizeOf(block.dtype));
  storage.resize(static_cast<std::size_t>(blocks * block.rows * row_bytes));
  std::byte* to = storage.data();
  for (std::int64_t b = 0; b < blocks; ++b) {
    for (std::int64_t r = 0; r < block.rows; ++r, to += row_bytes) {
      kernels::CopyRowStrided(to, element_bytes, block.row(r) + b * block_stride, block.col_stride,
                              block.cols, SizeOf(block.dtype));
    }
  }
  return {.data = storage.data(),
          .dtype = block.dtype,
          .rows = blocks * block.rows,
          .cols = block.cols,
          .row_stride = row_bytes,
          .col_stride = element_bytes};
}

}  // namespace ferry::ops
