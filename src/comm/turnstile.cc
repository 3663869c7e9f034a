#include "comm/turnstile.h"

#include <algorithm>
#include <utility>

#include "comm/board_layout.h"

namespace ferry::comm {
namespace {

// How often a waiting call looks at `give_up`, which nobody signals.
constexpr auto kGlance = std::chrono::milliseconds(20);

}  // namespace

bool Turnstile::Enter(std::uint64_t number, std::chrono::nanoseconds limit,
                      const std::function<bool()>& give_up) {
  std::unique_lock lock(mutex_);
  const Clock::time_point start = Clock::now();
  while (next_ < number) {
    const std::chrono::nanoseconds empty = Clock::now() - std::max(start, empty_since_);
    const bool too_long = inside_ == 0 && limit > limit.zero() && empty >= limit;
    if (too_long || give_up()) return false;
    changed_.wait_for(lock, kGlance);
  }
  inside_ = number;
  return true;
}

void Turnstile::Leave(std::uint64_t number) noexcept {
  std::unique_lock lock(mutex_);
  GoOut(number);
  MarkLeft(number);
  RunSkipped(lock);
}

void Turnstile::Skip(std::uint64_t number, std::function<void()> tell_peers) {
  std::unique_lock lock(mutex_);
  GoOut(number);  // it may have entered here and not elsewhere
  skipped_.emplace(number, std::move(tell_peers));
  RunSkipped(lock);
}

void Turnstile::RunSkipped(std::unique_lock<std::mutex>& lock) {
  // Slot n % 64 is free for call n once call n - 64 and those before it have left.
  while (!skipped_.empty() && skipped_.begin()->first < next_ + kNumSlots) {
    const auto [number, tell_peers] = *skipped_.begin();
    skipped_.erase(skipped_.begin());
    lock.unlock();
    tell_peers();
    lock.lock();
    MarkLeft(number);
  }
}

void Turnstile::GoOut(std::uint64_t number) {
  if (inside_ != number) return;
  inside_ = 0;
  empty_since_ = Clock::now();
}

void Turnstile::MarkLeft(std::uint64_t number) {
  if (number < next_) return;  // it has left before; kept, it would be the first of left_ for ever
  if (inside_ == 0) empty_since_ = Clock::now();
  left_.insert(number);
  while (!left_.empty() && *left_.begin() == next_) {
    left_.erase(left_.begin());
    ++next_;
  }
  if (told_ != nullptr) told_->store(next_ - 1, std::memory_order_relaxed);
  changed_.notify_all();
}

}  // namespace ferry::comm
