#include "comm/callers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "comm/member.h"
#include "comm/presence.h"
#include "comm/roster.h"
#include "comm/waits.h"

namespace ferry::comm {
namespace {

// Ranks of one group that run the same call, from the same place.
struct Callers {
  const Board* board = nullptr;  // to compare only
  std::string group = {};
  std::uint64_t number = 0;
  Stack stack = {};
  Ranks ranks = {};
};

std::vector<Callers> FindCallers() {
  std::vector<Callers> all;
  ForEachMember([&](Member& member) {
    const Stack stack = member.stack();
    const Activity activity = ReadActivity(member.board(), member.rank());
    if (stack == nullptr || activity.phase == Phase::kIdle) return;
    auto same = std::find_if(all.begin(), all.end(), [&](const Callers& other) {
      return other.board == &member.board() && other.number == activity.number &&
             *other.stack == *stack;
    });
    if (same == all.end())
      same = all.insert(same, {&member.board(), member.name(), activity.number, stack, {}});
    same->ranks.push_back(member.rank());
  });
  return all;
}

}  // namespace

std::vector<std::string> DescribeCallers() {
  std::vector<std::string> lines;
  for (Callers& callers : FindCallers()) {
    std::sort(callers.ranks.begin(), callers.ranks.end());
    lines.push_back(fmt::format("{} of \"{}\" called phase 2 of call {} from {}",
                                RankRanges(callers.ranks), callers.group, callers.number,
                                *callers.stack));
  }
  return lines;
}

}  // namespace ferry::comm
