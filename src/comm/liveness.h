// Notices the death of peer processes.
//
// One monitor thread a process, started by the first wait of a group that spans processes, sleeps
// on a pidfd of each peer process; at one of which it cannot have one it looks twice a second. When
// one ends, its ranks become Life::kTerminated on the board, and every waiter wakes and fails its
// call itself. A stopped process is late, not dead.
#ifndef FERRY_COMM_LIVENESS_H_
#define FERRY_COMM_LIVENESS_H_

#include <memory>

#include "comm/board.h"

namespace ferry::comm {

// Watches every rank of the board that has attached from another process and is not watched yet.
// Cheap when there is nothing new. Never throws: what fails is reported, and then only the wait
// limit protects against the peers' deaths.
void WatchPeers(const std::shared_ptr<Board>& board) noexcept;

// Stops watching the peers of boards that are no more; a board that ends calls it.
void DropDeadWatches() noexcept;

}  // namespace ferry::comm

#endif  // FERRY_COMM_LIVENESS_H_
