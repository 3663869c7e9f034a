#include "comm/release.h"

#include <algorithm>

#include "comm/ring_number.h"
#include "comm/slot_word.h"

namespace ferry::comm {
namespace {

constexpr std::uint64_t kFailedBit = std::uint64_t{1} << 31;
constexpr std::uint64_t kClosedBit = std::uint64_t{1} << 30;

constexpr std::uint64_t Encode(std::uint32_t number, const ReleaseView& view) {
  return (static_cast<std::uint64_t>(number) << 32) | (view.failed ? kFailedBit : 0) |
         (view.closed ? kClosedBit : 0) | (static_cast<std::uint64_t>(view.by) << 16) |
         static_cast<std::uint64_t>(view.count);
}

// The release of call `number` in a slot that holds `word`. Whatever a peer has written there, it
// names a rank of the board, and counts no more than there are.
ReleaseView ViewOf(const Board& board, std::uint64_t word, std::uint64_t number) {
  const std::int32_t age = Distance(static_cast<std::uint32_t>(word >> 32), number);
  if (age > 0) return {};  // nobody has come yet
  if (age < 0) return {.passed = true};
  return {.failed = (word & kFailedBit) != 0,
          .closed = (word & kClosedBit) != 0,
          .by = std::min(static_cast<std::int32_t>((word >> 16) & 0x3fff), board.size() - 1),
          .count = std::min(static_cast<std::int32_t>(word & 0xffff), board.size())};
}

// As UpdateWord; a passed release stays as it is.
template <class Change>
ReleaseView Update(Board& board, std::uint64_t number, Change change) {
  return UpdateWord(
      board.slot(number).release, [&](std::uint64_t word) { return ViewOf(board, word, number); },
      [&](const ReleaseView& view) { return Encode(static_cast<std::uint32_t>(number), view); },
      [&](ReleaseView& view) { return !view.passed && change(view); });
}

}  // namespace

ReleaseView ReadRelease(const Board& board, std::uint64_t number) {
  // acquire: see UpdateWord.
  return ViewOf(board, board.slot(number).release.load(std::memory_order_acquire), number);
}

ReleaseView ArriveAtRelease(Board& board, std::int32_t rank, std::uint64_t number,
                            const std::string& failure) {
  // The text lies there before the word names it.
  if (!failure.empty()) board.release_text(rank, number).Write(number, failure);
  const ReleaseView view = Update(board, number, [&](ReleaseView& next) {
    ++next.count;
    if (failure.empty() || next.closed) return true;  // a closed verdict stays as it is
    next.by = next.failed ? std::min(next.by, rank) : rank;
    next.failed = true;
    return true;
  });
  // release: see RankState::released.
  board.rank(rank).released.store(number, std::memory_order_release);
  // When a rank is gone the count never fills up: let the others look at every arrival.
  const bool somebody_gone = board.header().num_gone.load(std::memory_order_acquire) != 0;
  if (view.Stands(board.size()) || somebody_gone) WakeAll(board.slot(number).release_wake);
  return view;
}

ReleaseView CloseRelease(Board& board, std::int32_t rank, std::uint64_t number,
                         const std::string& sentence) {
  bool written = false;
  bool changed = false;
  const ReleaseView view = Update(board, number, [&](ReleaseView& next) {
    changed = !next.Stands(board.size());
    if (!changed) return false;
    next.closed = true;
    if (next.failed) return true;
    // This rank arrived without a failure, so its text is free.
    if (!written) board.release_text(rank, number).Write(number, sentence);
    written = true;
    next.failed = true;
    next.by = rank;
    return true;
  });
  if (changed) WakeAll(board.slot(number).release_wake);
  return view;
}

}  // namespace ferry::comm
