#include "moe/row_writer.h"

#include "kernels/quantize_row.h"

namespace ferry::moe {
namespace {

// Stand in for rows of tensors whose elements do not lie side by side: the kernel reads and writes
// dense rows. Kept by the thread from call to call.
struct Workspace {
  std::vector<std::byte> token;
  std::vector<std::byte> smoothing;
  std::vector<std::byte> quantized;
};

Workspace& ThreadWorkspace() {
  thread_local Workspace workspace;
  return workspace;
}

}  // namespace

void RowWriter::Start(const TokenRows& tokens, std::int64_t scale_row) {
  tokens_ = &tokens;
  if (tokens.form != RowForm::kSmoothed) return;
  smoothing_ = reinterpret_cast<const float*>(
      DenseRow(tokens.scales, scale_row, ThreadWorkspace().smoothing));
}

void RowWriter::CopyQuantized(std::int64_t token) {
  MoveRow(target_.expand_x, row_, tokens_->rows, token, hint_);
  target_.dynamic_scales[row_] = *reinterpret_cast<const float*>(tokens_->scales.row(token));
}

void RowWriter::Quantize(std::int64_t token) {
  Workspace& workspace = ThreadWorkspace();
  const Rows& out = target_.expand_x;
  const std::byte* x = DenseRow(tokens_->rows, token, workspace.token);
  const bool dense = out.rows_are_dense();
  if (!dense) workspace.quantized.resize(static_cast<std::size_t>(out.row_bytes()));
  std::byte* row = dense ? out.row(row_) : workspace.quantized.data();
  target_.dynamic_scales[row_] = kernels::QuantizeRow(
      tokens_->rows.dtype, x, smoothing_, reinterpret_cast<std::int8_t*>(row), out.cols);
  if (dense) return;
  const ConstRows packed = {row, out.dtype, 1, out.cols, out.row_bytes(), 1};
  MoveRow(out, row_, packed, 0, CopyHint::kCached);
}

void RowWriter::Append(const Triple& triple) {
  switch (tokens_->form) {
    case RowForm::kPlain:
      MoveRow(target_.expand_x, row_, tokens_->rows, triple.token, hint_);
      break;
    case RowForm::kSmoothed:
      Quantize(triple.token);
      break;
    case RowForm::kQuantized:
      CopyQuantized(triple.token);
      break;
  }
  const std::int64_t word = 3 * row_++;
  target_.assist_info[word] = triple.source;
  target_.assist_info[word + 1] = triple.token;
  target_.assist_info[word + 2] = triple.slot;
}

}  // namespace ferry::moe
