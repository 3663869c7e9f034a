// The tokens of a rank in the form in which it publishes them.
//
// With quantMode 2 and without smoothing scales a token is the same int8 row wherever it goes, so
// its source quantises it once. With smoothing scales every expert gets another row, so the source
// publishes tokens and scales, and the receiver quantises (docs/adr/013-who-quantises.md).
#ifndef FERRY_MOE_TOKEN_ROWS_H_
#define FERRY_MOE_TOKEN_ROWS_H_

#include <cstdint>

#include "base/matrix.h"
#include "comm/group.h"
#include "comm/record.h"
#include "moe/active_mask.h"
#include "moe/dispatch.h"

namespace ferry::moe {

enum class RowForm : std::uint8_t {
  kPlain = 0,      // to be copied
  kSmoothed = 1,   // to be multiplied with a row of scales and quantised
  kQuantized = 2,  // int8, to be copied together with its scale
};

struct TokenRows {
  RowForm form = RowForm::kPlain;
  ConstRows rows;    // [num_tokens, hidden]; quantised ones only of active tokens
  ConstRows scales;  // kSmoothed: [S + E, hidden]; kQuantized: [num_tokens, 1]; of kFloat32
};

// This rank's tokens, for its peers. What is quantised here lies in scratch of `ep`.
[[nodiscard]] TokenRows PrepareTokens(const DispatchInput& input, const ActivePairs& active,
                                      comm::Group& ep);

void PublishTokens(const TokenRows& tokens, comm::Record& record);

// The tokens that `rank` published: every row lies in its memory.
[[nodiscard]] TokenRows OpenTokens(const MoeConfig& config, std::int32_t rank,
                                   const comm::PeerRecord& peer);

}  // namespace ferry::moe

#endif  // FERRY_MOE_TOKEN_ROWS_H_
