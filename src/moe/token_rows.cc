#include "moe/token_rows.h"

#include <cstddef>
#include <vector>

#include "base/math.h"
#include "kernels/quantize_row.h"
#include "moe/move_row.h"
#include "moe/published.h"

namespace ferry::moe {
namespace {

constexpr auto kFloatBytes = static_cast<std::int64_t>(sizeof(float));

ConstRows AsConstRows(const Matrix<const float>& matrix) {
  return {reinterpret_cast<const std::byte*>(matrix.data),
          DType::kFloat32,
          matrix.rows,
          matrix.cols,
          matrix.row_stride * kFloatBytes,
          matrix.col_stride * kFloatBytes};
}

// Memory for the int8 rows of all tokens, then their scales. Rows start on cache lines.
struct QuantizedRows {
  Rows rows;
  float* scales = nullptr;  // [num_tokens]
};

QuantizedRows AllocateRows(const MoeConfig& config, std::int64_t num_tokens, comm::Group& ep) {
  constexpr std::int64_t kCacheLine = 64;
  const std::int64_t row_bytes = AlignUp(config.hidden, kCacheLine);
  const std::int64_t bytes = num_tokens * (row_bytes + kFloatBytes);
  std::byte* memory = ep.ScratchFor(comm::Group::Scratch::kRows, static_cast<std::size_t>(bytes));
  return {{memory, DType::kInt8, num_tokens, config.hidden, row_bytes, 1},
          reinterpret_cast<float*>(memory + num_tokens * row_bytes)};
}

TokenRows QuantizeTokens(const DispatchInput& input, const ActivePairs& active, comm::Group& ep) {
  thread_local std::vector<std::byte> packed;  // kept from call to call
  const QuantizedRows quantized = AllocateRows(input.config, input.x.rows, ep);
  for (const std::int32_t token : active.tokens()) {
    quantized.scales[token] = kernels::QuantizeRow(
        input.x.dtype, DenseRow(input.x, token, packed), nullptr,
        reinterpret_cast<std::int8_t*>(quantized.rows.row(token)), input.config.hidden);
  }
  return {RowForm::kQuantized, AsConst(quantized.rows),
          AsConstRows({quantized.scales, input.x.rows, 1, 1, 1})};
}

// What the rows and scales of each form look like.
RowType RowsOf(const MoeConfig& config, RowForm form) {
  return {form == RowForm::kQuantized ? DType::kInt8 : config.x_type, config.hidden};
}

RowForm ReadForm(const MoeConfig& config, std::int32_t rank, const comm::PeerRecord& peer) {
  const std::int64_t form = peer.values[kRowForm];
  const bool plain = form == static_cast<std::int64_t>(RowForm::kPlain);
  const bool known = plain || form == static_cast<std::int64_t>(RowForm::kSmoothed) ||
                     form == static_cast<std::int64_t>(RowForm::kQuantized);
  // Whether rows are quantised is agreed; how it is done is each source's own.
  if (!known || plain == config.quantizes()) FailBadRecord(rank, "the form of its rows", form);
  return static_cast<RowForm>(form);
}

}  // namespace

TokenRows PrepareTokens(const DispatchInput& input, const ActivePairs& active, comm::Group& ep) {
  if (!input.config.quantizes()) return {RowForm::kPlain, input.x, {}};
  if (!input.smooth_scales) return QuantizeTokens(input, active, ep);
  return {RowForm::kSmoothed, input.x, AsConstRows(*input.smooth_scales)};
}

void PublishTokens(const TokenRows& tokens, comm::Record& record) {
  record.values[kRowForm] = static_cast<std::int64_t>(tokens.form);
  PublishRows(tokens.rows, record);
  if (tokens.form != RowForm::kPlain) PublishRows(tokens.scales, record, kScalesSlot);
}

TokenRows OpenTokens(const MoeConfig& config, std::int32_t rank, const comm::PeerRecord& peer) {
  TokenRows tokens;
  tokens.form = ReadForm(config, rank, peer);
  tokens.rows = ReadRows(peer, rank, RowsOf(config, tokens.form), config.max_batch());
  if (tokens.form == RowForm::kPlain) return tokens;
  const bool smoothed = tokens.form == RowForm::kSmoothed;
  const std::int64_t expected =
      smoothed ? config.num_shared_experts + config.num_experts : tokens.rows.rows;
  tokens.scales =
      ReadRows(peer, rank, {DType::kFloat32, smoothed ? config.hidden : 1}, expected, kScalesSlot);
  if (tokens.scales.rows != expected) {
    FailBadRecord(rank, "the number of scales", tokens.scales.rows);
  }
  return tokens;
}

}  // namespace ferry::moe
