#include "runtime/event.h"

#include <string>
#include <utility>

#include "base/error.h"
#include "runtime/blocking_callback.h"

namespace ferry::runtime {

// One of the three things that a stream does with an event.
class EventTask : public Task {
 public:
  EventTask(std::shared_ptr<Event> event, Event::Action action)
      : event_(std::move(event)), action_(action) {}

  // From here on Run or Drop must follow.
  void TakeNumber(const Stream& stream) { number_ = event_->NextNumber(action_, stream); }

  void Run(const AbortFlag& abort) override {
    switch (action_) {
      case Event::Action::kRecord:
        return event_->PassRecord(number_, /*dropped=*/false);
      case Event::Action::kReset:
        return event_->PassReset(number_);
      case Event::Action::kWait:
        event_->Wait(number_, abort);
        return event_->EndWait();
    }
  }

  void Drop(const std::string& /*reason*/) noexcept override {
    if (action_ == Event::Action::kRecord) event_->PassRecord(number_, /*dropped=*/true);
    if (action_ == Event::Action::kWait) event_->EndWait();
  }

 private:
  const std::shared_ptr<Event> event_;
  const Event::Action action_;
  std::uint64_t number_ = 0;  // of the record or reset; of the record that a wait is for
};

std::uint64_t Event::NextNumber(Action action, const Stream& stream) {
  const std::lock_guard lock(mutex_);
  if (action == Action::kWait) {
    ++waiters_;
    return queued_record_;
  }
  if (action == Action::kRecord) {
    ahead_.emplace(queued_ + 1, &stream);
    queued_record_ = queued_ + 1;
  }
  return ++queued_;
}

void Event::Queue(Stream& stream, Action action) {
  auto task = std::make_unique<EventTask>(shared_from_this(), action);
  task->TakeNumber(stream);
  stream.Enqueue(std::move(task));
}

void Event::Record(Stream& stream) {
  Queue(stream, Action::kRecord);
}
void Event::Reset(Stream& stream) {
  Queue(stream, Action::kReset);
}
void Event::WaitOn(Stream& stream) {
  Queue(stream, Action::kWait);
}

// A slower stream's older mark does not undo a newer one.
bool Event::IsNewestLocked(std::uint64_t number) {
  if (number < passed_) return false;
  passed_ = number;
  return true;
}

void Event::PassRecord(std::uint64_t number, bool dropped) {
  const std::lock_guard lock(mutex_);
  ahead_.erase(number);
  changed_.notify_all();
  if (!IsNewestLocked(number)) return;
  recorded_at_.reset();
  dropped_ = dropped;
  if (!dropped) recorded_at_ = std::chrono::steady_clock::now();
}

void Event::PassReset(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  if (!IsNewestLocked(number)) return;
  recorded_at_.reset();
  dropped_ = false;
}

void Event::Wait(std::uint64_t number, const AbortFlag& abort) {
  std::unique_lock lock(mutex_);
  while (ahead_.count(number) != 0 && !abort.IsRaised()) {
    changed_.wait_for(lock, kAbortCheck);
  }
}

void Event::EndWait() {
  const std::lock_guard lock(mutex_);
  --waiters_;
}

bool Event::IsRecordedLocked() const {
  return recorded_at_.has_value() && ahead_.count(queued_record_) == 0;
}

bool Event::IsOverLocked() const {
  return IsRecordedLocked() || (dropped_ && ahead_.count(queued_record_) == 0);
}

bool Event::IsRecorded() const {
  const std::lock_guard lock(mutex_);
  return IsRecordedLocked();
}

bool Event::HasNoWaiters() const {
  const std::lock_guard lock(mutex_);
  return waiters_ == 0;
}

void Event::Synchronize(Timeout timeout) const {
  std::unique_lock lock(mutex_);
  // A record that is ahead is passed once, whatever is queued behind it meanwhile.
  const std::uint64_t target = queued_record_;
  const auto ahead = ahead_.find(target);
  const bool is_ahead = ahead != ahead_.end();
  const auto reached = [&] { return is_ahead ? ahead_.count(target) == 0 : IsOverLocked(); };
  if (!timeout) {
    if (is_ahead) RequireNoBlockingCallbackOf(*ahead->second);
    changed_.wait(lock, reached);
    return;
  }
  Require(changed_.wait_for(lock, *timeout, reached), Code::kRtEventSyncTimeout,
          "event was not recorded within timeout = {} ms", timeout->count());
}

std::optional<std::chrono::steady_clock::time_point> Event::RecordedAt() const {
  const std::lock_guard lock(mutex_);
  return IsRecordedLocked() ? recorded_at_ : std::nullopt;
}

HandleTable<Event>& Events() {
  static auto* const table = new HandleTable<Event>(HandleKind::kEvent);
  return *table;
}

}  // namespace ferry::runtime
