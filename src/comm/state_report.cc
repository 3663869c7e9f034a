#include "comm/state_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "comm/callers.h"
#include "comm/presence.h"
#include "comm/process.h"
#include "comm/refusal.h"
#include "comm/report.h"
#include "comm/waits.h"

namespace ferry::comm {
namespace {

constexpr auto kCycleAfter = std::chrono::milliseconds(20);

// Ranks of a board of which the same is to be said, but for the time.
struct Line {
  std::string begin = {};  // before the time
  std::string end = {};    // after it
  bool timed = false;
  std::chrono::nanoseconds youngest{0};
  std::chrono::nanoseconds oldest{0};
  Ranks ranks = {};
};

// `2 s`, or `2-3 s` where the times of the ranks differ.
std::string TimeOf(const Line& line) {
  if (!line.timed) return {};
  const std::string from = Age(line.youngest);
  const std::string to = Age(line.oldest);
  return from == to ? to + " s" : fmt::format("{}-{} s", from, to);
}

// Whom `rank` waits for.
std::string MissingText(const Board& board, std::int32_t rank, const std::vector<Wait>& waits) {
  for (const Wait& wait : waits)
    if (wait.board == &board && std::binary_search(wait.waiting.begin(), wait.waiting.end(), rank))
      return RankList(wait.missing);
  return "its peers";
}

std::string OperationOf(const Board& board, std::int32_t rank, std::uint64_t number) {
  return fmt::format("{} call {}",
                     board.rank(rank).operation.Read(number).value_or("an operator's"), number);
}

// What the rank does, without its number.
Line DescribeActivity(const Board& board, std::int32_t rank, const std::vector<Wait>& waits) {
  const Activity activity = ReadActivity(board, rank);
  if (const auto queued = NextQueued(board, rank))
    return {.begin = fmt::format("has queued call {}, to which its stream has not got", *queued)};
  if (activity.number == 0) return {.begin = "has not started any call"};
  Line line{.begin = OperationOf(board, rank, activity.number),
            .timed = true,
            .youngest = activity.age,
            .oldest = activity.age};
  switch (activity.phase) {
    case Phase::kIdle:
      line.begin += " ended ";
      line.end = " ago";
      break;
    case Phase::kWorking:
      line.begin += " has prepared for ";
      break;
    case Phase::kMeeting:
      line.begin += " has waited ";
      line.end = " for " + MissingText(board, rank, waits);
      break;
    case Phase::kMoving:
      line.begin += " has moved rows for ";
      break;
    case Phase::kReleasing:
      line.begin += " has waited ";
      line.end = " for " + MissingText(board, rank, waits) + " to have read its rows";
      break;
  }
  return line;
}

// Where the rank lives and in what state.
std::string DescribeHome(const Board& board, std::int32_t rank, const LifeState& life) {
  std::string text;
  if (life.life == Life::kDestroyed)
    text += fmt::format(" (destroyed after call {})", life.last_number);
  const pid_t pid = board.rank(rank).pid.load(std::memory_order_relaxed);
  if (!IsLocal(board, rank))
    text += fmt::format(" (process {}{})", pid, IsStopped(pid) ? ", stopped" : "");
  return text;
}

Line DescribeOne(const Board& board, std::int32_t rank, const std::vector<Wait>& waits) {
  const LifeState life = ReadLife(board, rank);
  if (life.life == Life::kAbsent) return {.begin = "not joined"};
  if (life.life == Life::kTerminated) return {.begin = "terminated"};
  Line line = DescribeActivity(board, rank, waits);
  (line.timed ? line.end : line.begin) += DescribeHome(board, rank, life);
  return line;
}

std::vector<Line> LinesOf(const Board& board, const std::vector<Wait>& waits) {
  std::vector<Line> lines;
  for (std::int32_t r = 0; r < board.size(); ++r) {
    const Line line = DescribeOne(board, r, waits);
    auto same = std::find_if(lines.begin(), lines.end(), [&](const Line& other) {
      return other.begin == line.begin && other.end == line.end;
    });
    if (same == lines.end()) same = lines.insert(same, line);
    same->youngest = std::min(same->youngest, line.youngest);
    same->oldest = std::max(same->oldest, line.oldest);
    same->ranks.push_back(r);
  }
  return lines;
}

std::string DescribeGroup(const Board& board, const std::vector<Wait>& waits) {
  std::string text = fmt::format("group \"{}\" of {} rank(s)\n", board.name(), board.size());
  for (const Line& line : LinesOf(board, waits)) {
    text +=
        fmt::format("  {}: {}{}{}\n", RankRanges(line.ranks), line.begin, TimeOf(line), line.end);
  }
  for (std::int32_t r = 0; r < board.size(); ++r) {
    if (const auto refusal = ReadRefusal(board, r))
      text += fmt::format("  rank {} was last refused {} s ago: {}\n", r, Age(refusal->age),
                          refusal->message);
  }
  return text;
}

}  // namespace

std::string DescribeState() {
  const Boards boards = BoardsHere();
  const std::vector<Wait> waits = FindWaits(boards);
  std::size_t ranks = 0;
  ForEachMember([&](Member&) { ++ranks; });
  std::string text =
      fmt::format("process {} has {} rank(s) in {} group(s)\n", getpid(), ranks, boards.size());
  for (const std::shared_ptr<Board>& board : boards) text += DescribeGroup(*board, waits);
  if (const auto cycle = FindCycle(FindWaits(boards, kCycleAfter)))
    text += fmt::format("cycle: {}\n", *cycle);
  const std::vector<std::string> callers = DescribeCallers();
  if (!callers.empty()) text += "callers\n";
  for (const std::string& caller : callers) text += "  " + caller + "\n";
  return text;
}

}  // namespace ferry::comm
