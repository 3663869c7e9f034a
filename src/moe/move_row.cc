#include "moe/move_row.h"

#include <algorithm>

#include "base/cpu.h"

namespace ferry::moe {
namespace {

// A virtual machine of two cores may report the 480 MiB of its whole host, of which it owns a
// share. More than this per core is not counted on.
constexpr std::int64_t kMostCachePerCore = std::int64_t{16} << 20;

}  // namespace

std::int64_t CacheShareBytes() {
  return std::min(static_cast<std::int64_t>(LastLevelCacheBytes()),
                  kMostCachePerCore * UsableCores());
}

CopyHint HintFor(std::int64_t bytes) {
  return bytes > CacheShareBytes() / 2 ? CopyHint::kStreaming : CopyHint::kCached;
}

void MoveRow(const Rows& to, std::int64_t to_row, const ConstRows& from, std::int64_t from_row,
             CopyHint hint) {
  if (to.rows_are_dense() && from.rows_are_dense()) {
    kernels::CopyRow(to.row(to_row), from.row(from_row), static_cast<std::size_t>(to.row_bytes()),
                     hint);
  } else {
    kernels::CopyRowStrided(to.row(to_row), to.col_stride, from.row(from_row), from.col_stride,
                            to.cols, SizeOf(to.dtype));
  }
}

void MoveRows(const Rows& to, const ConstRows& from, CopyHint hint) {
  for (std::int64_t row = 0; row < from.rows; ++row) MoveRow(to, row, from, row, hint);
}

Rows DenseRows(std::byte* memory, const ConstRows& shape) {
  return {memory,     shape.dtype,       shape.rows,
          shape.cols, shape.row_bytes(), static_cast<std::int64_t>(SizeOf(shape.dtype))};
}

const std::byte* DenseRow(const ConstRows& rows, std::int64_t row, std::vector<std::byte>& packed) {
  if (rows.rows_are_dense()) return rows.row(row);
  packed.resize(static_cast<std::size_t>(rows.row_bytes()));
  MoveRow(DenseRows(packed.data(), rows), 0, rows, row, CopyHint::kCached);
  return packed.data();
}

}  // namespace ferry::moe
