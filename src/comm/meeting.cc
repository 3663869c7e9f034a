#include "comm/meeting.h"

#include <algorithm>

#include "comm/ring_number.h"
#include "comm/slot_word.h"

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

// The meeting of call `number` in a slot that holds `word`. Whatever a peer has written there, it
// names a rank of the board, and counts no more than there are.
MeetingView ViewOf(const Board& board, const Word& word, std::uint64_t number) {
  const std::int32_t age = Distance(word.number, number);
  if (age > 0) return {};  // nobody has come yet
  if (age < 0) return {Verdict::kPassed, 0, 0};
  return {word.view.verdict, std::min(word.view.by, board.size() - 1),
          std::min(word.view.arrived, board.size())};
}

// As UpdateWord; a passed meeting stays as it is.
template <class Change>
MeetingView Update(Board& board, std::uint64_t number, Change change) {
  return UpdateWord(
      board.slot(number).meet,
      [&](std::uint64_t word) { return ViewOf(board, Decode(word), number); },
      [&](const MeetingView& view) {
        return Encode({static_cast<std::uint32_t>(number), view});
      },
      [&](MeetingView& view) { return view.verdict != Verdict::kPassed && change(view); });
}

}  // namespace

MeetingView ReadMeeting(const Board& board, std::uint64_t number) {
  // acquire: a verdict publishes every rank's record and the failure text.
  return ViewOf(board, Decode(board.slot(number).meet.load(std::memory_order_acquire)), number);
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
  if (decided) WakeAll(board.slot(number).meet_wake);
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
  if (decided) WakeAll(board.slot(number).meet_wake);
  return view;
}

}  // namespace ferry::comm
