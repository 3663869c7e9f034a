#include "comm/member.h"

#include <utility>

#include "base/env.h"
#include "comm/dump_signal.h"
#include "comm/presence.h"
#include "comm/roster.h"

namespace ferry::comm {
namespace {

MemberOptions WithScratch(MemberOptions options) {
  if (options.scratch == nullptr) options.scratch = SegmentScratch();
  return options;
}

}  // namespace

MemberOptions MemberOptions::FromEnvironment() {
  env::CheckHcclVariables();
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
      scratch_(options_.scratch, device),
      traffic_(board_->size()) {
  Attach(*board_, rank_, device_);
  turnstile_.TellLeft(&board_->rank(rank_).left);
  EnterRoster(*this);
  InstallDumpSignal();
}

Member::~Member() {
  LeaveRoster(*this);
  Destroy();
}

void Member::Destroy() noexcept {
  // The rank is not that of a child which has inherited the handle, and perhaps a locked mutex.
  if (!board_->IsLocal(rank_)) return;
  const std::lock_guard lock(numbers_mutex_);
  if (std::exchange(destroyed_, true)) return;
  MarkDestroyed(*board_, rank_, last_number_);
}

void Member::SetStack(Stack stack) {
  const std::lock_guard lock(stack_mutex_);
  stack_ = std::move(stack);
}

Stack Member::stack() const {
  const std::lock_guard lock(stack_mutex_);
  return stack_;
}

std::optional<std::string> Member::WhyDead() const {
  const std::lock_guard lock(numbers_mutex_);
  return WhyGone(*board_, last_number_ + 1);
}

}  // namespace ferry::comm
