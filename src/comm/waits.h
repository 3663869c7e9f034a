// Who waits for whom, over all groups that this process knows.
#ifndef FERRY_COMM_WAITS_H_
#define FERRY_COMM_WAITS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/presence.h"
#include "comm/roster.h"

namespace ferry::comm {

// What a rank says it does at the moment.
struct Activity {
  Phase phase = Phase::kIdle;
  std::uint64_t number = 0;  // of its call; when idle, of its last one, 0 if there was none
  std::chrono::nanoseconds age{0};
};

[[nodiscard]] Activity ReadActivity(const Board& board, std::int32_t rank);

// The call of a rank between calls that phase 2 has put on a stream, and that has not begun.
[[nodiscard]] std::optional<std::uint64_t> NextQueued(const Board& board, std::int32_t rank);

// One meeting or release at which ranks wait, of this process or others.
struct Wait {
  Board* board = nullptr;
  std::uint64_t number = 0;
  Phase phase = Phase::kMeeting;  // or kReleasing
  Ranks waiting;
  Ranks missing;  // whom they wait for
};

// The waits that have lasted for `at_least` on the boards, in their order.
[[nodiscard]] std::vector<Wait> FindWaits(const Boards& boards,
                                          std::chrono::nanoseconds at_least = {});

// `rank 5 waits in ep#42 for 3; rank 3 waits in tp#17 for 5`: a short cycle among the waits, if
// there is one. A rank of one group is a rank of another one when both are of one process and one
// device; where their numbers differ, the devices are added. (A device whose calls are spread over
// several streams may wait at two places and still not be stuck.)
[[nodiscard]] std::optional<std::string> FindCycle(const std::vector<Wait>& waits);

}  // namespace ferry::comm

#endif  // FERRY_COMM_WAITS_H_
