#include "comm/presence.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstring>

#include "base/error.h"
#include "base/futex.h"
#include "comm/process.h"
#include "comm/slot_word.h"

namespace ferry::comm {
namespace {

constexpr std::size_t kMaxListedRanks = 16;
constexpr int kLifeShift = 56;

std::uint64_t EncodeLife(LifeState state) {
  return (static_cast<std::uint64_t>(state.life) << kLifeShift) | state.last_number;
}

LifeState DecodeLife(std::uint64_t word) {
  return {static_cast<Life>(word >> kLifeShift), word & ((std::uint64_t{1} << kLifeShift) - 1)};
}

void WakeEveryWaiter(Board& board) noexcept {
  for (std::uint64_t s = 0; s < kNumSlots; ++s) {
    Slot& slot = board.slot(s);
    WakeAll(slot.meet_wake);
    WakeAll(slot.release_wake);
  }
}

// Changes the life of `rank` to `next` unless it is already as far gone.
void MarkGone(Board& board, std::int32_t rank, LifeState next) noexcept {
  std::atomic<std::uint64_t>& life = board.rank(rank).life;
  std::uint64_t word = life.load(std::memory_order_relaxed);
  do {
    if (DecodeLife(word).life >= next.life) return;
    // release: whoever reads the new life (acquire) also sees what the rank did before.
  } while (!life.compare_exchange_weak(word, EncodeLife(next), std::memory_order_release,
                                       std::memory_order_relaxed));
  // release: see Header::num_gone. A rank destroyed and then terminated counts twice, which is
  // harmless: only zero has a meaning.
  board.header().num_gone.fetch_add(1, std::memory_order_release);
  WakeEveryWaiter(board);
}

Ranks RanksBelow(const Board& board, std::atomic<std::uint64_t> RankState::*progress,
                 std::uint64_t number) {
  Ranks missing;
  for (std::int32_t r = 0; r < board.size(); ++r)
    // acquire: a rank that is not missing did all of its part of the call before.
    if ((board.rank(r).*progress).load(std::memory_order_acquire) < number) missing.push_back(r);
  return missing;
}

// "0-2", "4": ranks in order, all of them.
std::vector<std::string> RangesOf(const Ranks& ranks) {
  std::vector<std::string> ranges;
  for (std::size_t i = 0; i < ranks.size();) {
    std::size_t last = i;
    while (last + 1 < ranks.size() && ranks[last + 1] == ranks[last] + 1) ++last;
    ranges.push_back(last > i ? fmt::format("{}-{}", ranks[i], ranks[last])
                              : fmt::format("{}", ranks[i]));
    i = last + 1;
  }
  return ranges;
}

}  // namespace

LifeState ReadLife(const Board& board, std::int32_t rank) {
  // acquire: pairs with Attach and MarkGone.
  return DecodeLife(board.rank(rank).life.load(std::memory_order_acquire));
}

void Reserve(Board& board, std::int32_t rank, const Home& home) {
  RankState& state = board.rank(rank);
  state.start_time.store(home.start_time, std::memory_order_relaxed);
  const std::size_t length = std::min(home.service.size(), kMaxService);
  std::memcpy(state.service, home.service.data(), length);
  // release: as in Attach.
  state.pid.store(home.pid, std::memory_order_release);
}

void Attach(Board& board, std::int32_t rank, std::int32_t device) {
  Require(rank >= 0 && rank < board.size(), Code::kHcclPara, "rank is {}; must be in [0, {})", rank,
          board.size());
  RankState& state = board.rank(rank);
  const pid_t reserved = state.pid.load(std::memory_order_acquire);
  Require(reserved == 0 || reserved == getpid(), Code::kHcclPara,
          "rank {} of group \"{}\" belongs to process {}, not to {}", rank, board.name(), reserved,
          getpid());
  std::uint64_t absent = EncodeLife({Life::kAbsent, 0});
  // release: with kAlive nothing but the claim of the rank is published.
  Require(state.life.compare_exchange_strong(absent, EncodeLife({Life::kAlive, 0}),
                                             std::memory_order_release),
          Code::kHcclPara, "rank {} of group \"{}\" has already been taken", rank, board.name());
  board.NoteLocal(rank);
  state.device.store(device, std::memory_order_relaxed);
  state.start_time.store(ProcessStartTime(getpid()).value_or(0), std::memory_order_relaxed);
  // release: who sees the pid (acquire) sees the start time and the device.
  state.pid.store(getpid(), std::memory_order_release);
  // release: see Header::num_attached.
  board.header().num_attached.fetch_add(1, std::memory_order_release);
  FutexWake(&board.header().num_attached, INT_MAX);
}

bool GiveUpOnAbsent(Board& board) noexcept {
  std::atomic<std::uint32_t>& attached = board.header().num_attached;
  // acquire: see Header::num_attached.
  std::uint32_t word = attached.load(std::memory_order_acquire);
  do {
    if (word == static_cast<std::uint32_t>(board.size())) return false;
    // release: who sees the bit (acquire) sees the death that it was set for.
  } while (!attached.compare_exchange_weak(word, word | kGivenUp, std::memory_order_acq_rel,
                                           std::memory_order_acquire));
  FutexWake(&attached, INT_MAX);
  return true;
}

void MarkDestroyed(Board& board, std::int32_t rank, std::uint64_t last_number) noexcept {
  MarkGone(board, rank, {Life::kDestroyed, last_number});
}

void MarkTerminated(Board& board, std::int32_t rank) noexcept {
  MarkGone(board, rank, {Life::kTerminated, 0});
}

bool IsGone(const Board& board, std::int32_t rank, std::uint64_t number) {
  const LifeState state = ReadLife(board, rank);
  return state.life == Life::kTerminated ||
         (state.life == Life::kDestroyed && state.last_number < number);
}

std::optional<std::string> WhyGone(const Board& board, std::uint64_t number) {
  // acquire: see Header::num_gone.
  if (board.header().num_gone.load(std::memory_order_acquire) == 0) return std::nullopt;
  Ranks terminated;
  Ranks destroyed;
  for (std::int32_t r = 0; r < board.size(); ++r) {
    if (!IsGone(board, r, number)) continue;
    (ReadLife(board, r).life == Life::kTerminated ? terminated : destroyed).push_back(r);
  }
  if (terminated.empty() && destroyed.empty()) return std::nullopt;
  std::string text;
  if (!terminated.empty()) text = RankList(terminated) + " terminated";
  if (!destroyed.empty())
    text += (text.empty() ? "" : ", ") + RankList(destroyed) + " destroyed the communicator";
  return text;
}

Ranks MissingAtMeeting(const Board& board, std::uint64_t number) {
  return RanksBelow(board, &RankState::arrived, number);
}

Ranks MissingAtRelease(const Board& board, std::uint64_t number) {
  return RanksBelow(board, &RankState::released, number);
}

bool IsLocal(const Board& board, std::int32_t rank) {
  return board.IsLocal(rank);
}

std::string RankList(const Ranks& ranks) {
  if (ranks.size() <= kMaxListedRanks) return fmt::format("rank(s) {}", fmt::join(ranks, ", "));
  std::vector<std::string> ranges = RangesOf(ranks);
  const bool cut = ranges.size() > kMaxListedRanks;
  if (cut) ranges.resize(kMaxListedRanks);
  return fmt::format("rank(s) {}{} ({} ranks)", fmt::join(ranges, ", "), cut ? ", ..." : "",
                     ranks.size());
}

std::string RankRanges(const Ranks& ranks) {
  return fmt::format("{} {}", ranks.size() == 1 ? "rank" : "ranks",
                     fmt::join(RangesOf(ranks), ", "));
}

}  // namespace ferry::comm
