// What the decider of a meeting finds in the records, and how a failure reads.
#ifndef FERRY_COMM_VERDICT_H_
#define FERRY_COMM_VERDICT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "comm/board.h"

namespace ferry::comm {

// The cause for which call `number` cannot go on, empty if there is none: attributes that differ
// first (in their order; the lowest rank that differs from rank 0), then a bad expert id, then any
// other cause (the lowest rank each). All ranks must have arrived.
[[nodiscard]] std::string FindCause(const Board& board, std::uint64_t number);

// `<operator> call <number> on group "<name>" failed: <cause>`
[[nodiscard]] std::string FailureSentence(std::string_view operator_name, std::uint64_t number,
                                          std::string_view group, std::string_view cause);

}  // namespace ferry::comm

#endif  // FERRY_COMM_VERDICT_H_
