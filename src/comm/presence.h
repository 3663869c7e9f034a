// Who is on the board, who has left it, and who is missing from a call.
#ifndef FERRY_COMM_PRESENCE_H_
#define FERRY_COMM_PRESENCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/board.h"
#include "comm/home.h"

namespace ferry::comm {

using Ranks = std::vector<std::int32_t>;  // ascending

struct LifeState {
  Life life = Life::kAbsent;
  std::uint64_t last_number = 0;  // when kDestroyed: the last call that the rank takes part in
};

[[nodiscard]] LifeState ReadLife(const Board& board, std::int32_t rank);

// Says where `rank` will live, before anybody else sees the board: it can be watched from then on,
// and only that process may attach it.
void Reserve(Board& board, std::int32_t rank, const Home& home);

// Enters this process as the home of `rank`, and a virtual device of it for reports. Throws
// Error{kHcclPara} when the rank has been taken, or is reserved for another process.
void Attach(Board& board, std::int32_t rank, std::int32_t device = 0);

// Ends the making of the group for all its ranks. False when all have attached: then it is made.
bool GiveUpOnAbsent(Board& board) noexcept;

// The rank takes no call beyond `last_number`. Wakes every waiter, so that later calls end at once.
void MarkDestroyed(Board& board, std::int32_t rank, std::uint64_t last_number) noexcept;

// The rank's process has ended. Wakes every waiter.
void MarkTerminated(Board& board, std::int32_t rank) noexcept;

// Whether the rank can no longer take part in call `number`.
[[nodiscard]] bool IsGone(const Board& board, std::int32_t rank, std::uint64_t number);

// `rank(s) 3 terminated`, `rank(s) 2 destroyed the communicator`, or both; nothing when every rank
// can take part in call `number`.
[[nodiscard]] std::optional<std::string> WhyGone(const Board& board, std::uint64_t number);

// Ranks that have not arrived at the meeting, or at the release, of call `number`.
[[nodiscard]] Ranks MissingAtMeeting(const Board& board, std::uint64_t number);
[[nodiscard]] Ranks MissingAtRelease(const Board& board, std::uint64_t number);

// Whether `rank` lives in this process.
[[nodiscard]] bool IsLocal(const Board& board, std::int32_t rank);

// `rank(s) 3, 5`; more than 16 ranks as ranges, `rank(s) 0-22, 30 (24 ranks)`, which are cut after
// 16.
[[nodiscard]] std::string RankList(const Ranks& ranks);
// `rank 3`, `ranks 0-2, 4`: of ranks in order, all of them.
[[nodiscard]] std::string RankRanges(const Ranks& ranks);

}  // namespace ferry::comm

#endif  // FERRY_COMM_PRESENCE_H_
