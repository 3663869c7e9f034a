#include "comm/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "comm/process.h"

namespace ferry::comm {
namespace {

constexpr std::size_t kMaxDescribed = 8;                   // ranks in a watchdog line
constexpr std::size_t kMaxBlamed = 3;                      // ranks in a timeout
constexpr auto kNoteAfter = std::chrono::milliseconds(5);  // shorter waits leave no note

struct Activity {
  Phase phase;
  std::uint64_t number;
};

Activity ReadActivity(const Board& board, std::int32_t rank) {
  const std::uint64_t word = board.rank(rank).activity.load(std::memory_order_relaxed);
  return {static_cast<Phase>(word >> 56), word & ((std::uint64_t{1} << 56) - 1)};
}

// For whom the rank waits, if it has waited long enough to say so.
std::optional<std::string> NoteOf(const Board& board, std::int32_t rank) {
  return board.rank(rank).doing.Read(ReadActivity(board, rank).number);
}

std::string DescribeActivity(Activity activity) {
  const std::uint64_t n = activity.number;
  switch (activity.phase) {
    case Phase::kIdle:
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

std::string DescribeSome(const Board& board, const Ranks& ranks) {
  std::string text;
  const std::size_t described = std::min(ranks.size(), kMaxDescribed);
  for (std::size_t i = 0; i < described; ++i)
    text += (i == 0 ? "" : "; ") + DescribeRank(board, ranks[i]);
  if (described < ranks.size()) text += fmt::format("; {} more", ranks.size() - described);
  return text;
}

// To whole seconds, or to milliseconds below one.
std::chrono::nanoseconds RoundedDown(std::chrono::nanoseconds time) {
  if (time >= std::chrono::seconds(1)) return std::chrono::floor<std::chrono::seconds>(time);
  return std::chrono::floor<std::chrono::milliseconds>(time);
}

}  // namespace

std::string DescribeRank(const Board& board, std::int32_t rank) {
  const LifeState state = ReadLife(board, rank);
  if (state.life == Life::kAbsent) return fmt::format("rank {} has not joined the group", rank);
  if (state.life == Life::kTerminated) return fmt::format("rank {} terminated", rank);
  const std::string doing =
      NoteOf(board, rank).value_or(DescribeActivity(ReadActivity(board, rank)));
  std::string text = fmt::format("rank {} {}", rank, doing);
  if (state.life == Life::kDestroyed)
    text += fmt::format(" (destroyed after call {})", state.last_number);
  const pid_t pid = board.rank(rank).pid.load(std::memory_order_relaxed);
  if (!IsLocal(board, rank) && IsStopped(pid)) text += fmt::format(" (process {} is stopped)", pid);
  return text;
}

std::string Seconds(std::chrono::nanoseconds time) {
  return fmt::format("{:g}", std::chrono::duration<double>(time).count());
}

bool AllWait(const Board& board, const Ranks& ranks) {
  return std::all_of(ranks.begin(), ranks.end(),
                     [&](std::int32_t rank) { return NoteOf(board, rank).has_value(); });
}

std::string TimeoutCause(const Board& board, const Ranks& missing, std::chrono::nanoseconds limit) {
  std::string text =
      fmt::format("{} did not arrive within {} s", RankList(missing), Seconds(limit));
  std::size_t blamed = 0;
  for (const std::int32_t rank : missing) {
    const std::optional<std::string> doing = NoteOf(board, rank);
    if (doing && blamed++ < kMaxBlamed) text += fmt::format("; rank {} {}", rank, *doing);
  }
  return text;
}

WaitReport::WaitReport(const CallSide& side, Phase phase, Clock::time_point start)
    : side_(side), phase_(phase), start_(start), due_(Clock::time_point::max()) {
  const std::chrono::nanoseconds watchdog = side.member->options().watchdog;
  if (watchdog > std::chrono::nanoseconds(0)) due_ = start + watchdog;
}

WaitReport::~WaitReport() {
  if (!noted_) return;
  for (const CallSide& side : side_.context->sides) side.board().rank(side.rank()).doing.Clear();
}

Ranks WaitReport::Missing() const {
  return phase_ == Phase::kMeeting ? MissingAtMeeting(side_.board(), side_.number)
                                   : MissingAtRelease(side_.board(), side_.number);
}

void WaitReport::Look() {
  const Clock::time_point now = Clock::now();
  if (now - start_ < kNoteAfter) return;
  const Ranks missing = Missing();
  if (missing.empty()) return;  // the wait is about to end
  const std::string name = side_.member->name();
  const std::string doing =
      fmt::format("waits in call {} for {} on group \"{}\"", side_.number, RankList(missing), name);
  for (const CallSide& side : side_.context->sides)
    side.board().rank(side.rank()).doing.Write(side.number, doing);
  noted_ = true;
  if (now < due_) return;
  due_ = Clock::time_point::max();
  const std::chrono::nanoseconds limit = side_.member->options().wait_limit;
  const bool limited = limit > std::chrono::nanoseconds(0);
  log::Error(fmt::format("{} call {} on group \"{}\": rank {} has waited {} s for {}{}: {}",
                         side_.context->operator_name, side_.number, name, side_.rank(),
                         Seconds(RoundedDown(now - start_)), RankList(missing),
                         limited ? fmt::format(" (limit {} s)", Seconds(limit)) : "",
                         DescribeSome(side_.board(), missing)));
}

}  // namespace ferry::comm
