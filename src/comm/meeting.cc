#include "comm/meeting.h"

#include <climits>

#include "base/futex.h"
#include "comm/ring_number.h"

namespace ferry::comm {
namespace {

struct Word {
  std::uint32_t number = 0;
  MeetingView view;
};

constexpr std::uint64_t Encode(const Word& word) {
  return (static_cast<std::uint64_t>(word.number) << 32) |
         (static_cast<std::uint64_t>(word.view.verdict) << 30) |
         (static_cast<std::uint64_t>(word.view.by) << 16) |
         static_cast<std::uint64_t>(word.view.arrived);
}

constexpr Word Decode(std::uint64_t word) {
  return {static_cast<std::uint32_t>(word >> 32),
          {static_cast<Verdict>((word >> 30) & 3), static_cast<std::int32_t>((word >> 16) & 0x3fff),
           static_cast<std::int32_t>(word & 0xffff)}};
}

static_assert(kMaxRanks <= 0x3fff);

// The meeting of call `number` in a slot that holds `word`.
MeetingView ViewOf(const Word& word, std::uint64_t number) {
  const std::int32_t age = Distance(word.number, number);
  if (age > 0) return {};  // nobody has come yet
  if (age < 0) return {Verdict::kPassed, 0, 0};
  return word.view;
}

// Replaces the view of call `number` as `change(view)` says until that holds; a passed meeting and
// one that `change` refuses by returning false stay as they are. Returns what stands.
template <class Change>
MeetingView Update(Board& board, std::uint64_t number, Change change) {
  std::atomic<std::uint64_t>& meet = board.slot(number).meet;
  // acquire: who then acts on the view sees what led to it.
  std::uint64_t seen = meet.load(std::memory_order_acquire);
  for (;;) {
    MeetingView view = ViewOf(Decode(seen), number);
    if (view.verdict == Verdict::kPassed || !change(view)) return view;
    const std::uint64_t next = Encode({static_cast<std::uint32_t>(number), view});
    // release: publishes this rank's record (arrival) or everybody's records and the failure text
    // (verdict); acquire: the decider and those that fail to change the word read such things.
    if (meet.compare_exchange_weak(seen, next, std::memory_order_acq_rel,
                                   std::memory_order_acquire))
      return view;
  }
}

// After a verdict: nobody needs to sleep any longer.
void WakeMeeting(Board& board, std::uint64_t number) {
  std::atomic<std::uint32_t>& wake = board.slot(number).meet_wake;
  // release: a waiter that sees the new value (acquire) sees the verdict.
  wake.fetch_add(1, std::memory_order_release);
  FutexWake(&wake, INT_MAX);
}

}  // namespace

MeetingView ReadMeeting(const Board& board, std::uint64_t number) {
  // acquire: a verdict publishes every rank's record and the failure text.
  return ViewOf(Decode(board.slot(number).meet.load(std::memory_order_acquire)), number);
}

MeetingView Arrive(Board& board, std::int32_t rank, std::uint64_t number) {
  const MeetingView view = Update(board, number, [&](MeetingView& next) {
    if (next.verdict != Verdict::kOpen) return false;
    ++next.arrived;
    next.by = rank;
    return true;
  });
  // release: see RankState::arrived.
  board.rank(rank).arrived.store(number, std::memory_order_release);
  return view;
}

MeetingView Decide(Board& board, std::int32_t rank, std::uint64_t number,
                   const std::string& failure) {
  if (!failure.empty()) return FailMeeting(board, rank, number, failure, When::kStillOpen);
  bool decided = false;
  const MeetingView view = Update(board, number, [&](MeetingView& next) {
    decided = next.verdict == Verdict::kOpen;
    next.verdict = decided ? Verdict::kGo : next.verdict;
    return decided;
  });
  if (decided) WakeMeeting(board, number);
  return view;
}

MeetingView FailMeeting(Board& board, std::int32_t rank, std::uint64_t number,
                        const std::string& sentence, When when) {
  bool written = false;
  bool decided = false;
  const MeetingView view = Update(board, number, [&](MeetingView& next) {
    decided =
        next.verdict == Verdict::kOpen && (when == When::kStillOpen || next.arrived < board.size());
    if (!decided) return false;
    // The text lies there before the verdict names it.
    if (!written) board.meet_text(rank, number).Write(number, sentence);
    written = true;
    next.verdict = Verdict::kFailed;
    next.by = rank;
    return true;
  });
  if (decided) WakeMeeting(board, number);
  return view;
}

}  // namespace ferry::comm
