// Writes the rows that a receiver gets, one after another, into the outputs of dispatch.
#ifndef FERRY_MOE_ROW_WRITER_H_
#define FERRY_MOE_ROW_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/matrix.h"
#include "moe/move_row.h"
#include "moe/token_rows.h"

namespace ferry::moe {

struct Triple {
  std::int32_t source = 0;
  std::int32_t token = 0;
  std::int32_t slot = 0;
};

// Where rows, scales and triples go; all have room for the layout (CheckRoom).
struct PullTarget {
  Rows expand_x;
  Vector<std::int32_t> assist_info;
  Vector<float> dynamic_scales;  // with quantisation, else not touched
};

class RowWriter {
 public:
  RowWriter(const PullTarget& target, CopyHint hint) : target_(target), hint_(hint) {}

  // The rows appended next are tokens of `tokens`, which outlives them. Smoothed ones are
  // multiplied with row `scale_row` of its scales.
  void Start(const TokenRows& tokens, std::int64_t scale_row);
  void Append(const Triple& triple);

 private:
  // Each writes the next row and its scale.
  void CopyQuantized(std::int64_t token);
  void Quantize(std::int64_t token);

  const PullTarget& target_;
  CopyHint hint_;
  std::int64_t row_ = 0;  // of the next one
  const TokenRows* tokens_ = nullptr;
  const float* smoothing_ = nullptr;  // [hidden], dense
};

}  // namespace ferry::moe

#endif  // FERRY_MOE_ROW_WRITER_H_
