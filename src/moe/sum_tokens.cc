#include "moe/sum_tokens.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/weighted_sum.h"
#include "moe/extent.h"
#include "moe/move_row.h"

namespace ferry::moe {
namespace {

// Kept by the thread from call to call. The rows stand in for rows of tensors whose elements do not
// lie side by side: the kernel reads and writes dense rows.
struct Workspace {
  std::vector<kernels::Term> terms;
  std::vector<std::byte> shared_row;
  std::vector<std::byte> out_row;
};

// Row `token` of `rows`, packed into `packed` if its elements are apart.
const std::byte* DenseRow(const ConstRows& rows, std::int64_t token,
                          std::vector<std::byte>& packed) {
  if (rows.rows_are_dense()) return rows.row(token);
  packed.resize(static_cast<std::size_t>(rows.row_bytes()));
  const ConstRows row = SliceRows(rows, token, 1);
  MoveRow(DenseRows(packed.data(), row), 0, row, 0, CopyHint::kCached);
  return packed.data();
}

void CollectTerms(const CombineInput& input, const ReturnedRows& returned, std::int64_t token,
                  Workspace& workspace) {
  const MoeConfig& config = input.config;
  std::vector<kernels::Term>& terms = workspace.terms;
  terms.clear();
  for (std::int32_t k = 0; k < config.top_k; ++k) {
    if (!returned.active.HasSlot(token, k)) continue;
    terms.push_back({returned.cells.Row(token, k), input.expert_scales(token, k)});
  }
  for (std::int32_t slot = config.top_k; slot < config.slots(); ++slot) {
    terms.push_back({returned.cells.Row(token, slot), 1.0F});
  }
  if (input.shared_expert_x) {
    terms.push_back({DenseRow(*input.shared_expert_x, token, workspace.shared_row), 1.0F});
  }
}

}  // namespace

void SumTokens(const CombineInput& input, const ReturnedRows& returned, const Rows& out) {
  thread_local Workspace workspace;
  const MoeConfig& config = input.config;
  for (const std::int32_t token : returned.active.tokens()) {
    CollectTerms(input, returned, token, workspace);
    if (out.rows_are_dense()) {
      kernels::WeightedSum(config.x_type, workspace.terms, out.row(token), config.hidden);
      continue;
    }
    workspace.out_row.resize(static_cast<std::size_t>(out.row_bytes()));
    std::byte* sum = workspace.out_row.data();
    kernels::WeightedSum(config.x_type, workspace.terms, sum, config.hidden);
    const ConstRows row{sum,      out.dtype,       1,
                        out.cols, out.row_bytes(), static_cast<std::int64_t>(SizeOf(out.dtype))};
    MoveRow(out, token, row, 0, CopyHint::kCached);
  }
}

}  // namespace ferry::moe
