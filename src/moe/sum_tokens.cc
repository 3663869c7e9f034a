#include "moe/sum_tokens.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/transport_row.h"
#include "kernels/weighted_sum.h"
#include "moe/move_row.h"

namespace ferry::moe {
namespace {

// Kept by the thread from call to call. The rows stand in for rows of tensors whose elements do not
// lie side by side: the kernel reads and writes dense rows.
struct Workspace {
  std::vector<kernels::Term> terms;
  std::vector<std::byte> cells;  // [slot] rows as they come out of the transport
  std::vector<std::byte> shared_row;
  std::vector<std::byte> out_row;
};

// The row that the token's owner gets for `slot`. Each row has one owner, so it goes through the
// transport here, on its way into the sum, and not where it is held.
const std::byte* ReceivedRow(const MoeConfig& config, const std::byte* row, std::int32_t slot,
                             std::vector<std::byte>& cells) {
  if (config.transport == Transport::kRows) return row;
  const std::size_t row_bytes = static_cast<std::size_t>(config.hidden) * SizeOf(config.x_type);
  cells.resize(static_cast<std::size_t>(config.slots()) * row_bytes);
  std::byte* cell = cells.data() + static_cast<std::size_t>(slot) * row_bytes;
  kernels::RoundTripInt8(config.x_type, row, cell, config.hidden);
  return cell;
}

void CollectTerms(const CombineInput& input, const ReturnedRows& returned, std::int64_t token,
                  Workspace& workspace) {
  const MoeConfig& config = input.config;
  std::vector<kernels::Term>& terms = workspace.terms;
  terms.clear();
  for (std::int32_t slot = 0; slot < config.slots(); ++slot) {
    if (!returned.active.HasSlot(token, slot)) continue;
    const bool is_shared = slot >= config.top_k;
    terms.push_back({ReceivedRow(config, returned.cells.Row(token, slot), slot, workspace.cells),
                     is_shared ? 1.0F : input.expert_scales(token, slot)});
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
