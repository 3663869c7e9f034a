// The memory of the ranks of one board that live in other processes.
#ifndef FERRY_COMM_PEER_FILES_H_
#define FERRY_COMM_PEER_FILES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "comm/patience.h"
#include "memory/peer_file.h"

namespace ferry::comm {

class Board;

// Thread-safe. Ranks of one process share one mapping, also with the other boards of this process
// that know it; it ends with the last of them.
class PeerFiles {
 public:
  explicit PeerFiles(std::int32_t size) : of_rank_(static_cast<std::size_t>(size)) {}

  // Whether the memory of `rank`'s process is known here.
  [[nodiscard]] bool Knows(std::int32_t rank) const { return Find(rank) != nullptr; }

  // Asks the process of `rank` for its memory. A stopped process answers when it goes on. Throws
  // Error{kHcclRemote} when the process does not give it.
  void Reach(const Board& board, std::int32_t rank, const Patience& patience);

  // Where [offset, offset + bytes) of the memory of `rank`'s process, which has been reached, lies
  // in this one; mapped at the first need. Throws Error{kRtMemoryAllocation} for what that memory
  // does not have.
  [[nodiscard]] const std::byte* At(std::int32_t rank, std::uint64_t offset, std::uint64_t bytes);

 private:
  // Null when it is not known.
  [[nodiscard]] memory::PeerFile* Find(std::int32_t rank) const {
    // acquire: pairs with the publication in Reach.
    return of_rank_.at(static_cast<std::size_t>(rank)).load(std::memory_order_acquire);
  }

  std::vector<std::atomic<memory::PeerFile*>> of_rank_;  // release: publishes the file
  std::mutex mutex_;
  std::vector<std::shared_ptr<memory::PeerFile>> files_;  // guarded by mutex_
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_PEER_FILES_H_
