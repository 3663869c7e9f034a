#include "comm/waits.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <tuple>
#include <utility>

#include "base/clock.h"

namespace ferry::comm {
namespace {

// A rank as its groups have it in common: a device of a process.
using Place = std::pair<pid_t, std::int32_t>;

Place HomeOf(const Board& board, std::int32_t rank) {
  const RankState& state = board.rank(rank);
  // acquire: with the pid comes the device.
  const pid_t pid = state.pid.load(std::memory_order_acquire);
  return {pid, state.device.load(std::memory_order_relaxed)};
}

// `waiting` cannot go on before `missing` comes.
struct Edge {
  const Wait* wait;
  std::int32_t waiting;
  std::int32_t missing;

  [[nodiscard]] Place to() const { return HomeOf(*wait->board, missing); }
};
using Path = std::vector<Edge>;

// Where each device waits.
using WaitsByPlace = std::map<Place, std::vector<std::pair<const Wait*, std::int32_t>>>;

// A shortest way from `start` back to it, breadth first; empty when there is none.
Path CycleThrough(const Place& start, const WaitsByPlace& waits) {
  std::map<Place, std::pair<Place, Edge>> reached;  // by what came first: from where, and how
  std::deque<Place> next = {start};
  while (!next.empty() && reached.count(start) == 0) {
    const Place from = next.front();
    next.pop_front();
    const auto found = waits.find(from);
    if (found == waits.end()) continue;
    for (const auto& [wait, rank] : found->second) {
      for (const std::int32_t missing : wait->missing) {
        const Edge edge{wait, rank, missing};
        const Place to = edge.to();
        if (reached.emplace(to, std::pair(from, edge)).second) next.push_back(to);
      }
    }
  }
  Path path;
  if (reached.count(start) == 0) return path;
  Place at = start;
  do {
    const auto& [from, edge] = reached.at(at);
    path.push_back(edge);
    at = from;
  } while (at != start);
  std::reverse(path.begin(), path.end());
  return path;
}

// The rank numbers of a device differ between the cycle's groups.
bool NeedsDevices(const Path& cycle) {
  for (std::size_t i = 0; i < cycle.size(); ++i)
    if (cycle[i].missing != cycle[(i + 1) % cycle.size()].waiting) return true;
  return false;
}

std::string NameOf(std::int32_t rank, const Place& home, bool with_device) {
  if (!with_device) return fmt::format("{}", rank);
  return fmt::format("{} (device {} of process {})", rank, home.second, home.first);
}

std::string Describe(const Path& cycle) {
  const bool devices = NeedsDevices(cycle);
  std::string text;
  for (const Edge& edge : cycle) {
    const Board& board = *edge.wait->board;
    text += fmt::format("{}rank {} waits in {}#{} for {}", text.empty() ? "" : "; ",
                        NameOf(edge.waiting, HomeOf(board, edge.waiting), devices), board.name(),
                        edge.wait->number, NameOf(edge.missing, edge.to(), devices));
  }
  return text;
}

}  // namespace

Activity ReadActivity(const Board& board, std::int32_t rank) {
  const RankState& state = board.rank(rank);
  const std::uint64_t word = state.activity.load(std::memory_order_relaxed);
  const std::int64_t since = state.activity_since.load(std::memory_order_relaxed);
  return {static_cast<Phase>(word >> 56), word & ((std::uint64_t{1} << 56) - 1), AgeOf(since)};
}

std::optional<std::uint64_t> NextQueued(const Board& board, std::int32_t rank) {
  const RankState& state = board.rank(rank);
  const std::uint64_t left = state.left.load(std::memory_order_relaxed);
  const bool idle = ReadActivity(board, rank).phase == Phase::kIdle;
  if (!idle || state.queued.load(std::memory_order_relaxed) <= left) return std::nullopt;
  return left + 1;
}

std::vector<Wait> FindWaits(const Boards& boards, std::chrono::nanoseconds at_least) {
  std::vector<Wait> waits;
  for (const std::shared_ptr<Board>& board : boards) {
    std::map<std::pair<std::uint64_t, Phase>, Ranks> waiting;
    for (std::int32_t r = 0; r < board->size(); ++r) {
      const Activity activity = ReadActivity(*board, r);
      const bool waits_now =
          activity.phase == Phase::kMeeting || activity.phase == Phase::kReleasing;
      if (waits_now && activity.age >= at_least && !IsGone(*board, r, activity.number))
        waiting[{activity.number, activity.phase}].push_back(r);
    }
    for (auto& [call, ranks] : waiting) {
      const auto [number, phase] = call;
      Ranks missing = phase == Phase::kMeeting ? MissingAtMeeting(*board, number)
                                               : MissingAtRelease(*board, number);
      if (missing.empty()) continue;  // about to end
      waits.push_back({board.get(), number, phase, std::move(ranks), std::move(missing)});
    }
  }
  return waits;
}

std::optional<std::string> FindCycle(const std::vector<Wait>& waits) {
  constexpr std::size_t kMaxStarts = 64;  // each is a search of its own
  WaitsByPlace by_home;
  for (const Wait& wait : waits)
    for (const std::int32_t rank : wait.waiting)
      by_home[HomeOf(*wait.board, rank)].emplace_back(&wait, rank);
  Path shortest;
  std::size_t starts = 0;
  for (const Wait& wait : waits) {
    for (const std::int32_t rank : wait.missing) {
      const Place home = HomeOf(*wait.board, rank);
      if (by_home.count(home) == 0) continue;  // waits for nobody
      if (++starts > kMaxStarts) break;
      Path cycle = CycleThrough(home, by_home);
      if (!cycle.empty() && (shortest.empty() || cycle.size() < shortest.size()))
        shortest = std::move(cycle);
    }
  }
  if (shortest.empty()) return std::nullopt;
  return Describe(shortest);
}

}  // namespace ferry::comm
