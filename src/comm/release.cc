#include "comm/release.h"

#include <algorithm>
#include <climits>

#include "base/futex.h"
#include "comm/ring_number.h"

namespace ferry::comm {
namespace {

constexpr std::uint64_t kFailedBit = std::uint64_t{1} << 31;
constexpr std::uint64_t kClosedBit = std::uint64_t{1} << 30;

constexpr std::uint64_t Encode(std::uint32_t number, const ReleaseView& view) {
  return (static_cast<std::uint64_t>(number) << 32) | (view.failed ? kFailedBit : 0) |
         (view.closed ? kClosedBit : 0) | (static_cast<std::uint64_t>(view.by) << 16) |
         static_cast<std::uint64_t>(view.count);
}

// The release of call `number` in a slot that holds `word`.
ReleaseView ViewOf(std::uint64_t word, std::uint64_t number) {
  const std::int32_t age = Distance(static_cast<std::uint32_t>(word >> 32), number);
  if (age > 0) return {};  // nobody has come yet
  if (age < 0) return {.passed = true};
  return {.failed = (word & kFailedBit) != 0,
          .closed = (word & kClosedBit) != 0,
          .by = static_cast<std::int32_t>((word >> 16) & 0x3fff),
          .count = static_cast<std::int32_t>(word & 0xffff)};
}

// As Update in meeting.cc.
template <class Change>
ReleaseView Update(Board& board, std::uint64_t number, Change change) {
  std::atomic<std::uint64_t>& release = board.slot(number).release;
  std::uint64_t seen = release.load(std::memory_order_acquire);
  for (;;) {
    ReleaseView view = ViewOf(seen, number);
    if (view.passed || !change(view)) return view;
    const std::uint64_t next = Encode(static_cast<std::uint32_t>(number), view);
    // release: this rank's reads of its peers' rows, and its failure text, lie before; acquire: who
    // leaves on the last arrival may overwrite what the others have read.
    if (release.compare_exchange_weak(seen, next, std::memory_order_acq_rel,
                                      std::memory_order_acquire))
      return view;
  }
}

void WakeRelease(Board& board, std::uint64_t number) {
  std::atomic<std::uint32_t>& wake = board.slot(number).release_wake;
  // release: a waiter that sees the new value (acquire) sees the change that led to it.
  wake.fetch_add(1, std::memory_order_release);
  FutexWake(&wake, INT_MAX);
}

}  // namespace

ReleaseView ReadRelease(const Board& board, std::uint64_t number) {
  // acquire: see Update.
  return ViewOf(board.slot(number).release.load(std::memory_order_acquire), number);
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
  if (view.Stands(board.size()) || somebody_gone) WakeRelease(board, number);
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
  if (changed) WakeRelease(board, number);
  return view;
}

}  // namespace ferry::comm
