// The shared board of one communicator: creates and maps it, and says what lies where.
#ifndef FERRY_COMM_BOARD_H_
#define FERRY_COMM_BOARD_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "comm/board_layout.h"
#include "comm/peer_files.h"

namespace ferry::comm {

class Board {
 public:
  // A fresh board of `size` ranks in a memfd of its own, mapped here; children of fork() inherit
  // it. Throws Error{kHcclMemory} when the system refuses, Error{kHcclPara} for a size outside
  // [1, kMaxRanks] or a name longer than kMaxGroupName.
  static std::shared_ptr<Board> Create(std::string_view name, std::int32_t size);

  // The same, with a descriptor of its memory, by which other processes map it.
  struct Shared {
    std::shared_ptr<Board> board;
    UniqueFd memory;
  };
  static Shared CreateShared(std::string_view name, std::int32_t size);

  // A board that another process made. Throws Error{kHcclInternal} unless the memory holds one,
  // made by this version of the library, which nobody can shrink.
  static std::shared_ptr<Board> Map(const UniqueFd& memory);

  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;
  ~Board();

  [[nodiscard]] std::string name() const {
    return {header().name, ::strnlen(header().name, kMaxGroupName)};
  }
  [[nodiscard]] std::int32_t size() const { return size_; }
  [[nodiscard]] std::uint64_t generation() const { return header().generation; }

  // Which ranks liveness.cc has looked after, in this process.
  struct Watch {
    std::mutex mutex;
    std::vector<bool> known;            // by rank: in this process, or watched; guarded by mutex
    std::atomic<bool> complete{false};  // relaxed: all of `known` is set, nothing is left to do
  };
  [[nodiscard]] Watch& watch() const { return watch_; }

  // The latest wait that this process's watchdog has reported (wait_report.cc), under the roster's
  // lock.
  [[nodiscard]] std::uint64_t reported() const { return reported_; }
  void set_reported(std::uint64_t report) const { reported_ = report; }

  // Memory of the ranks of other processes, as far as it has been read here.
  [[nodiscard]] PeerFiles& peer_files() const { return peer_files_; }

  // Whether `rank` has attached in this process. Not read from the board, where any process of the
  // group may write: local ranks are read by pointer.
  [[nodiscard]] bool IsLocal(std::int32_t rank) const;
  void NoteLocal(std::int32_t rank);

  // Whether all ranks are in this process.
  [[nodiscard]] bool IsOfOneProcess() const { return CountLocalRanks() == size_; }

  // How many of the ranks that have attached are in this process.
  [[nodiscard]] std::int32_t CountLocalRanks() const;

  [[nodiscard]] Header& header() const { return *At<Header>(0, 0); }
  [[nodiscard]] Slot& slot(std::uint64_t number) const {
    return *At<Slot>(layout_.slots, number % kNumSlots);
  }
  [[nodiscard]] RankState& rank(std::int32_t rank) const {
    return *At<RankState>(layout_.ranks, static_cast<std::size_t>(rank));
  }
  // Where `rank` publishes call `number`.
  [[nodiscard]] BoardRecord& record(std::int32_t rank, std::uint64_t number) const {
    return *At<BoardRecord>(layout_.records, static_cast<std::size_t>(rank) * 2 + number % 2);
  }
  // The buffers in which `rank`, and nobody else, explains why it failed call `number`.
  [[nodiscard]] FailureText& meet_text(std::int32_t rank, std::uint64_t number) const {
    return *At<FailureText>(layout_.meet_texts, TextIndex(rank, number));
  }
  [[nodiscard]] FailureText& release_text(std::int32_t rank, std::uint64_t number) const {
    return *At<FailureText>(layout_.release_texts, TextIndex(rank, number));
  }

 private:
  Board(std::byte* base, std::int32_t size);

  template <class T>
  [[nodiscard]] T* At(std::size_t offset, std::size_t index) const {
    return reinterpret_cast<T*>(base_ + offset) + index;
  }
  [[nodiscard]] static std::size_t TextIndex(std::int32_t rank, std::uint64_t number) {
    return static_cast<std::size_t>(rank) * kNumSlots + number % kNumSlots;
  }

  std::byte* const base_;
  const std::int32_t size_;
  const Layout layout_;
  // CountLocalRanks once all have attached, -1 before. Of this process, not on the board.
  mutable std::atomic<std::int32_t> local_ranks_{-1};
  // By rank: the process that attached it here, 0 = none; a forked child's is another. relaxed: the
  // numbers mean themselves.
  std::vector<std::atomic<pid_t>> attached_by_;
  mutable Watch watch_;
  mutable PeerFiles peer_files_;
  mutable std::uint64_t reported_ = 0;
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_BOARD_H_
