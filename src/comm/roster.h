// The ranks of this process and the boards of their groups: what a report can know.
#ifndef FERRY_COMM_ROSTER_H_
#define FERRY_COMM_ROSTER_H_

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "comm/board.h"

namespace ferry::comm {

class Member;

using Boards = std::vector<std::shared_ptr<Board>>;

// From a member's constructor to its destructor.
void EnterRoster(Member& member);
void LeaveRoster(Member& member) noexcept;

// Runs `visit` for every rank of this process, with the roster locked. Ranks that a child inherited
// from its parent are not its own.
void ForEachMember(const std::function<void(Member&)>& visit);

// The board of each group that has a rank in this process, once.
[[nodiscard]] Boards BoardsHere();

// The roster's lock, which is never held over a fork: what a process may do only once at a time.
[[nodiscard]] std::unique_lock<std::mutex> LockRoster();

}  // namespace ferry::comm

#endif  // FERRY_COMM_ROSTER_H_
