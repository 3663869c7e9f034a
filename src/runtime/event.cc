#include "runtime/event.h"

#include <string>
#include <utility>

#include "base/error.h"

namespace ferry::runtime {
namespace {

// How soon a wait notices that its stream was aborted.
constexpr std::chrono::milliseconds kAbortCheck{50};

}  // namespace

// One of the three things that a stream does with an event. A dropped record counts as passed, so
// that nobody waits for what will never come.
class EventTask : public Task {
 public:
  EventTask(std::shared_ptr<Event> event, Event::Action action, std::uint64_t number)
      : event_(std::move(event)), action_(action), number_(number) {}

  void Run(const std::atomic<bool>& abort) override {
    if (action_ == Event::Action::kWait) {
      event_->Wait(number_, abort);
      event_->EndWait();
    } else {
      event_->Pass(action_, number_);
    }
  }

  void Drop(const std::string& /*reason*/) noexcept override {
    if (action_ == Event::Action::kWait) {
      event_->EndWait();
    } else {
      event_->Pass(action_, number_);
    }
  }

 private:
  const std::shared_ptr<Event> event_;
  const Event::Action action_;
  const std::uint64_t number_;
};

std::uint64_t Event::NextNumber(Action action) {
  const std::lock_guard lock(mutex_);
  if (action == Action::kWait) {
    ++waiters_;
    return queued_record_;
  }
  ++queued_;
  if (action == Action::kRecord) queued_record_ = queued_;
  return queued_;
}

void Event::Queue(Stream& stream, Action action) {
  stream.Enqueue(std::make_unique<EventTask>(shared_from_this(), action, NextNumber(action)));
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

void Event::Pass(Action action, std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  if (number < passed_) return;  // a slower stream's older mark does not undo a newer one
  passed_ = number;
  if (action == Action::kRecord) {
    recorded_at_ = std::chrono::steady_clock::now();
  } else {
    recorded_at_.reset();
  }
  changed_.notify_all();
}

void Event::Wait(std::uint64_t number, const std::atomic<bool>& abort) {
  std::unique_lock lock(mutex_);
  while (passed_ < number && !abort.load(std::memory_order_relaxed)) {
    changed_.wait_for(lock, kAbortCheck);
  }
}

void Event::EndWait() {
  const std::lock_guard lock(mutex_);
  --waiters_;
}

bool Event::IsRecorded() const {
  const std::lock_guard lock(mutex_);
  return recorded_at_.has_value() && passed_ >= queued_record_;
}

bool Event::HasNoWaiters() const {
  const std::lock_guard lock(mutex_);
  return waiters_ == 0;
}

void Event::Synchronize(Timeout timeout) const {
  std::unique_lock lock(mutex_);
  const auto recorded = [this] { return recorded_at_.has_value() && passed_ >= queued_record_; };
  if (!timeout) {
    Require(queued_record_ > 0, Code::kRtParamInvalid,
            "the event has never been recorded: waiting for it could not end");
    changed_.wait(lock, recorded);
    return;
  }
  Require(changed_.wait_for(lock, *timeout, recorded), Code::kRtEventSyncTimeout,
          "the event was not recorded within {} ms", timeout->count());
}

std::optional<std::chrono::steady_clock::time_point> Event::RecordedAt() const {
  const std::lock_guard lock(mutex_);
  return recorded_at_;
}

HandleTable<Event>& Events() {
  static auto* const table = new HandleTable<Event>(HandleKind::kEvent);
  return *table;
}

}  // namespace ferry::runtime
