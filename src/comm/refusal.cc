#include "comm/refusal.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/clock.h"
#include "base/log.h"
#include "comm/member.h"
#include "comm/roster.h"

namespace ferry::comm {
namespace {

constexpr std::uint64_t kTag = 1;  // there is one refusal a rank, of no numbered call

}  // namespace

void NoteRefusal(std::int32_t device, const std::string& message) noexcept {
  try {
    const std::int64_t now = Clock::now().time_since_epoch().count();
    // Under the roster's lock: threads that share a device are one writer after another.
    ForEachMember([&](Member& member) {
      if (member.device() != device) return;
      RankState& state = member.board().rank(member.rank());
      state.refusal.Write(kTag, message);
      // release: who sees the time (acquire) sees the text, or a later one.
      state.refused_at.store(now, std::memory_order_release);
      member.refused().store(true, std::memory_order_relaxed);
    });
  } catch (const std::exception& error) {
    log::Error(fmt::format("cannot note a refused call for reports: {}", error.what()));
  }
}

void ForgetRefusal(std::int32_t device) noexcept {
  ForEachMember([device](Member& member) {
    if (member.device() != device) return;
    // relaxed: for reports only, and there is no text to be seen with it.
    member.board().rank(member.rank()).refused_at.store(0, std::memory_order_relaxed);
    member.refused().store(false, std::memory_order_relaxed);
  });
}

std::optional<Refusal> ReadRefusal(const Board& board, std::int32_t rank) {
  const RankState& state = board.rank(rank);
  const std::int64_t at = state.refused_at.load(std::memory_order_acquire);
  if (at == 0) return std::nullopt;
  auto message = state.refusal.Read(kTag);
  if (!message) return std::nullopt;  // being replaced
  return Refusal{std::move(*message), AgeOf(at)};
}

}  // namespace ferry::comm
