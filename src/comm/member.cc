#include "comm/member.h"

#include <utility>

#include "base/env.h"
#include "comm/presence.h"

namespace ferry::comm {
namespace {

MemberOptions WithScratch(MemberOptions options) {
  if (options.scratch == nullptr) options.scratch = SegmentScratch();
  return options;
}

}  // namespace

MemberOptions MemberOptions::FromEnvironment() {
  MemberOptions options;
  options.wait_limit = std::chrono::seconds(env::HcclExecTimeoutSeconds());
  options.watchdog = std::chrono::seconds(env::WatchdogSeconds());
  return options;
}

Member::Member(std::shared_ptr<Board> board, std::int32_t rank, std::int32_t device,
               MemberOptions options)
    : board_(std::move(board)),
      rank_(rank),
      device_(device),
      options_(WithScratch(std::move(options))),
      scratch_(options_.scratch, device) {
  Attach(*board_, rank_);
}

Member::~Member() {
  Destroy();
}

void Member::Destroy() noexcept {
  const std::lock_guard lock(numbers_mutex_);
  if (std::exchange(destroyed_, true)) return;
  MarkDestroyed(*board_, rank_, last_number_);
}

std::optional<std::string> Member::WhyDead() const {
  const std::lock_guard lock(numbers_mutex_);
  return WhyGone(*board_, last_number_ + 1);
}

}  // namespace ferry::comm
