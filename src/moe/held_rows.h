// How many rows a rank brings to combine, as its caller's counts say.
#ifndef FERRY_MOE_HELD_ROWS_H_
#define FERRY_MOE_HELD_ROWS_H_

#include <cstdint>
#include <string>

#include "moe/combine.h"

namespace ferry::moe {

struct HeldRows {
  std::int64_t own = 0;   // n: rows [0, n) of expandX
  std::int64_t peer = 0;  // m: rows [n, n + m), with TP
  std::string failure;    // why the counts cannot be true; empty: they may be
};

// Reads each count once. `ep_rank` and `tp_rank` are this rank's; tp_rank is not used without TP.
[[nodiscard]] HeldRows ReadHeldRows(const CombineInput& input, std::int32_t ep_rank,
                                    std::int32_t tp_rank);

}  // namespace ferry::moe

#endif  // FERRY_MOE_HELD_ROWS_H_
