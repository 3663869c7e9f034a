#include "comm/wait_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "comm/callers.h"
#include "comm/report.h"
#include "comm/waits.h"

namespace ferry::comm {
namespace {

constexpr std::size_t kMaxDescribed = 8;                   // ranks in a watchdog line
constexpr std::size_t kMaxOtherWaits = 3;                  // of other groups in a watchdog line
constexpr auto kNoteAfter = std::chrono::milliseconds(5);  // shorter waits leave no note
// Waits in a cycle have been at it for a while: two that just pass each other are none.
constexpr auto kCycleAfter = std::chrono::milliseconds(20);

std::string DescribeSome(const Board& board, const Ranks& ranks) {
  std::string text;
  const std::size_t described = std::min(ranks.size(), kMaxDescribed);
  for (std::size_t i = 0; i < described; ++i)
    text += (i == 0 ? "" : "; ") + DescribeRank(board, ranks[i]);
  if (described < ranks.size()) text += fmt::format("; {} more", ranks.size() - described);
  return text;
}

// What this process has reported of a board, as one number: later calls and phases are greater.
std::uint64_t ReportOf(std::uint64_t number, Phase phase) {
  return number * 8 + static_cast<std::uint64_t>(phase);
}

// Whether another rank of this process has spoken of it already.
bool IsReported(const Board& board, std::uint64_t report) {
  const auto lock = LockRoster();
  return board.reported() >= report;
}

// False when this process has reported the wait before. Otherwise it counts as reported from now
// on, and so do all other waits of the process, which the same line speaks of.
bool ClaimReport(const Board& board, std::uint64_t report, const std::vector<Wait>& waits) {
  const auto one_at_a_time = LockRoster();
  if (board.reported() >= report) return false;
  board.set_reported(report);
  for (const Wait& wait : waits)
    wait.board->set_reported(std::max(wait.board->reported(), ReportOf(wait.number, wait.phase)));
  return true;
}

std::size_t CountLocal(const Wait& wait) {
  return static_cast<std::size_t>(
      std::count_if(wait.waiting.begin(), wait.waiting.end(),
                    [&](std::int32_t rank) { return IsLocal(*wait.board, rank); }));
}

// `; 7 more ranks of this process wait, on group "tp0" call 1 for rank(s) 1, ...`
std::string DescribeOthers(const Board& own, const std::vector<Wait>& waits) {
  std::size_t ranks = 0;
  std::size_t groups = 0;
  std::string list;
  for (const Wait& wait : waits) {
    ranks += CountLocal(wait);
    if (wait.board == &own || groups++ >= kMaxOtherWaits) continue;
    list += fmt::format("{}in call {} for {} on group \"{}\"", list.empty() ? "" : ", ",
                        wait.number, RankList(wait.missing), wait.board->name());
  }
  if (groups > kMaxOtherWaits) list += fmt::format(", on {} more groups", groups - kMaxOtherWaits);
  if (ranks <= 1) return {};
  return fmt::format("; {} more rank(s) here wait{}{}", ranks - 1, list.empty() ? "" : ", also ",
                     list);
}

}  // namespace

WaitReport::WaitReport(const CallSide& side, Phase phase, Clock::time_point start, Ranks others)
    : side_(side),
      phase_(phase),
      start_(start),
      others_(std::move(others)),
      due_(Clock::time_point::max()) {
  const std::chrono::nanoseconds watchdog = side.member->options().watchdog;
  if (watchdog > std::chrono::nanoseconds(0)) due_ = start + watchdog;
}

WaitReport::~WaitReport() {
  if (!noted_) return;
  for (const CallSide& side : side_.context->sides) side.board().rank(side.rank()).doing.Clear();
}

Ranks WaitReport::Missing() const {
  if (phase_ == Phase::kMeeting) return MissingAtMeeting(side_.board(), side_.number);
  if (phase_ == Phase::kReleasing) return MissingAtRelease(side_.board(), side_.number);
  return others_;
}

void WaitReport::Look() {
  const Clock::time_point now = Clock::now();
  if (now - start_ < kNoteAfter) return;
  const Ranks missing = Missing();
  if (missing.empty()) return;  // the wait is about to end
  const std::string doing = fmt::format("waits in call {} for {} on group \"{}\"", side_.number,
                                        RankList(missing), side_.member->name());
  for (const CallSide& side : side_.context->sides)
    side.board().rank(side.rank()).doing.Write(side.number, doing);
  noted_ = true;
  if (now < due_) return;
  due_ = Clock::time_point::max();
  Speak(missing);
}

void WaitReport::Speak(const Ranks& missing) {
  if (IsReported(side_.board(), ReportOf(side_.number, phase_))) return;
  const std::vector<Wait> waits = FindWaits(BoardsHere(), kCycleAfter);
  if (!ClaimReport(side_.board(), ReportOf(side_.number, phase_), waits)) return;
  const std::chrono::nanoseconds limit = side_.member->options().wait_limit;
  const bool limited = limit > std::chrono::nanoseconds(0);
  std::string line =
      fmt::format("{} call {} on group \"{}\": rank {} has waited {} s for {}{}: {}",
                  side_.context->operator_name, side_.number, side_.member->name(), side_.rank(),
                  Seconds(Rounded(Clock::now() - start_)), RankList(missing),
                  limited ? fmt::format(" (limit {} s)", Seconds(limit)) : "",
                  DescribeSome(side_.board(), missing));
  line += DescribeOthers(side_.board(), waits);
  if (const auto cycle = FindCycle(waits)) line += "; cycle: " + *cycle;
  for (const std::string& caller : DescribeCallers()) line += "; " + caller;
  log::Error(line);
}

}  // namespace ferry::comm
