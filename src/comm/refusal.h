// Calls that phase 1 or 2 refused: they take no number, so their rank's peers wait in vain and the
// reports say why.
#ifndef FERRY_COMM_REFUSAL_H_
#define FERRY_COMM_REFUSAL_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "comm/board.h"

namespace ferry::comm {

// Writes the refusal on the board of every group that has a rank of this process on `device`.
void NoteRefusal(std::int32_t device, const std::string& message) noexcept;

// Takes the refusal back: phase 2 has accepted a call of `device`.
void ForgetRefusal(std::int32_t device) noexcept;

struct Refusal {
  std::string message;
  std::chrono::nanoseconds age{0};
};

// The last call of `rank`, if it was refused.
[[nodiscard]] std::optional<Refusal> ReadRefusal(const Board& board, std::int32_t rank);

}  // namespace ferry::comm

#endif  // FERRY_COMM_REFUSAL_H_
