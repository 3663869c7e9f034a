#include "comm/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "comm/process.h"
#include "comm/refusal.h"
#include "comm/waits.h"

namespace ferry::comm {
namespace {

constexpr std::size_t kMaxBlamed = 3;  // reasons in a timeout

// For whom the rank waits, if it has waited long enough to say so.
std::optional<std::string> NoteOf(const Board& board, std::int32_t rank) {
  return board.rank(rank).doing.Read(ReadActivity(board, rank).number);
}

std::string DescribeActivity(const Activity& activity, std::optional<std::uint64_t> queued) {
  const std::uint64_t n = activity.number;
  switch (activity.phase) {
    case Phase::kIdle:
      if (queued)
        return fmt::format("has queued call {}, to which its stream has not got", *queued);
      if (n == 0) return "has not started any call";
      return fmt::format("has finished call {} and not started call {}", n, n + 1);
    case Phase::kWorking:
      return fmt::format("prepares call {}", n);
    case Phase::kMeeting:
      return fmt::format("waits for its peers in call {}", n);
    case Phase::kMoving:
      return fmt::format("moves rows of call {}", n);
    case Phase::kReleasing:
      return fmt::format("waits in call {} until its rows have been read", n);
  }
  return "is in an unknown state";
}

bool IsProcessStopped(const Board& board, std::int32_t rank) {
  return !IsLocal(board, rank) && IsStopped(board.rank(rank).pid.load(std::memory_order_relaxed));
}

// What keeps the rank from a meeting, as far as it can be told.
std::optional<std::string> WhyMissing(const Board& board, std::int32_t rank) {
  // First of all: what a stopped process has noted may have ended since.
  if (IsProcessStopped(board, rank)) return fmt::format("the process of rank {} is stopped", rank);
  if (const auto doing = NoteOf(board, rank)) return fmt::format("rank {} {}", rank, *doing);
  if (const auto refusal = ReadRefusal(board, rank))
    return fmt::format("the last call of rank {} was refused: {}", rank, refusal->message);
  if (const auto queued = NextQueued(board, rank))
    return fmt::format("rank {} has queued call {}, to which its stream has not got", rank,
                       *queued);
  return std::nullopt;
}

// Whether the rank is between calls and nothing tells why.
bool IsIdle(const Board& board, std::int32_t rank) {
  return ReadLife(board, rank).life == Life::kAlive &&
         ReadActivity(board, rank).phase == Phase::kIdle && !WhyMissing(board, rank);
}

std::string DescribeIdle(const Ranks& ranks, std::uint64_t number) {
  const bool one = ranks.size() == 1;
  const std::string who = one ? fmt::format("rank {} has", ranks[0]) : RankList(ranks) + " have";
  if (number == 0) return who + " not started any call";
  return fmt::format("{} finished call {} and not started call {}", who, number, number + 1);
}

// ` (aclnnMoeDistributeDispatchV2, for 12 s)`: with which operator, and since when.
std::string DescribeOperation(const Board& board, std::int32_t rank) {
  const Activity activity = ReadActivity(board, rank);
  if (activity.number == 0) return {};
  const std::string name =
      board.rank(rank).operation.Read(activity.number).value_or("operator unknown");
  if (activity.phase == Phase::kIdle)
    return fmt::format(" ({} ended {} s ago)", name, Age(activity.age));
  return fmt::format(" ({}, for {} s)", name, Age(activity.age));
}

}  // namespace

std::string DescribeRank(const Board& board, std::int32_t rank) {
  const LifeState state = ReadLife(board, rank);
  if (state.life == Life::kAbsent) return fmt::format("rank {} has not joined the group", rank);
  if (state.life == Life::kTerminated) return fmt::format("rank {} terminated", rank);
  const std::string doing =
      NoteOf(board, rank)
          .value_or(DescribeActivity(ReadActivity(board, rank), NextQueued(board, rank)));
  std::string text = fmt::format("rank {} {}{}", rank, doing, DescribeOperation(board, rank));
  if (state.life == Life::kDestroyed)
    text += fmt::format(" (destroyed after call {})", state.last_number);
  if (const auto refusal = ReadRefusal(board, rank))
    text += fmt::format(" (its last call was refused {} s ago: {})", Age(refusal->age),
                        refusal->message);
  if (IsProcessStopped(board, rank)) {
    text += fmt::format(" (process {} is stopped)",
                        board.rank(rank).pid.load(std::memory_order_relaxed));
  }
  return text;
}

std::string Age(std::chrono::nanoseconds age) {
  return fmt::format("{}", std::chrono::floor<std::chrono::seconds>(age).count());
}

std::chrono::nanoseconds Rounded(std::chrono::nanoseconds time) {
  if (time >= std::chrono::seconds(1)) return std::chrono::floor<std::chrono::seconds>(time);
  return std::chrono::floor<std::chrono::milliseconds>(time);
}

std::string Seconds(std::chrono::nanoseconds time) {
  return fmt::format("{:g}", std::chrono::duration<double>(time).count());
}

Ranks ThoseThatDoNotWait(const Board& board, const Ranks& ranks) {
  Ranks others;
  std::copy_if(ranks.begin(), ranks.end(), std::back_inserter(others), [&](std::int32_t rank) {
    return !NoteOf(board, rank) || IsProcessStopped(board, rank);
  });
  return others;
}

std::string LateCause(const Board& board, const Ranks& late, std::string_view did_not,
                      std::chrono::nanoseconds limit) {
  std::string text = fmt::format("{} {} within {} s", RankList(late), did_not, Seconds(limit));
  std::size_t blamed = 0;
  for (const std::int32_t rank : late)
    if (IsProcessStopped(board, rank) && blamed++ < kMaxBlamed)
      text += fmt::format("; the process of rank {} is stopped", rank);
  return text;
}

std::string TimeoutCause(const Board& board, const Ranks& missing, std::chrono::nanoseconds limit) {
  std::string text =
      fmt::format("{} did not arrive within {} s", RankList(missing), Seconds(limit));
  std::size_t blamed = 0;
  std::map<std::uint64_t, Ranks> idle;  // by the last call that they have finished
  for (const std::int32_t rank : missing) {
    if (IsIdle(board, rank)) {
      idle[ReadActivity(board, rank).number].push_back(rank);
    } else if (const auto why = WhyMissing(board, rank); why && blamed++ < kMaxBlamed) {
      text += "; " + *why;
    }
  }
  for (const auto& [number, ranks] : idle)
    if (blamed++ < kMaxBlamed) text += "; " + DescribeIdle(ranks, number);
  if (!idle.empty())
    text += "; every rank must launch every call, also without tokens, on a stream that gets to it";
  return text;
}

}  // namespace ferry::comm
