#include "runtime/callback.h"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/error.h"

namespace ferry::runtime {
namespace {

constexpr std::chrono::milliseconds kAbortCheck{50};

struct Callback {
  CallbackFunction function = nullptr;
  void* user_data = nullptr;
  bool done = false;  // run, or given up
};

// What a subscribed thread still has to do.
struct Inbox {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<Callback>> waiting;  // guarded by mutex
  bool closed = false;                            // guarded by mutex
  std::weak_ptr<Stream> stream;
};

struct Subscriptions {
  std::mutex mutex;
  std::map<std::uint64_t, std::shared_ptr<Inbox>> by_thread;  // guarded by mutex
};

Subscriptions& AllSubscriptions() {
  static auto* const subscriptions = new Subscriptions;
  return *subscriptions;
}

std::shared_ptr<Inbox> InboxOfThread(std::uint64_t thread_id) {
  Subscriptions& all = AllSubscriptions();
  const std::lock_guard lock(all.mutex);
  const auto found = all.by_thread.find(thread_id);
  return found == all.by_thread.end() ? nullptr : found->second;
}

std::shared_ptr<Inbox> InboxOfStreamLocked(const Subscriptions& all,
                                           const std::shared_ptr<Stream>& stream) {
  for (const auto& [thread, inbox] : all.by_thread) {
    if (inbox->stream.lock() == stream) return inbox;
  }
  return nullptr;
}

void Close(Inbox& inbox) {
  const std::lock_guard lock(inbox.mutex);
  inbox.closed = true;
  for (const auto& callback : inbox.waiting) callback->done = true;
  inbox.waiting.clear();
  inbox.changed.notify_all();
}

class CallbackTask : public Task {
 public:
  CallbackTask(std::shared_ptr<Inbox> inbox, std::shared_ptr<Callback> callback, bool block)
      : inbox_(std::move(inbox)), callback_(std::move(callback)), block_(block) {}

  void Run(const std::atomic<bool>& abort) override {
    std::unique_lock lock(inbox_->mutex);
    if (inbox_->closed) return;
    inbox_->waiting.push_back(callback_);
    inbox_->changed.notify_all();
    while (block_ && !callback_->done && !abort.load(std::memory_order_relaxed)) {
      inbox_->changed.wait_for(lock, kAbortCheck);
    }
  }

  void Drop(const std::string& /*reason*/) noexcept override {}  // the function is just not called

 private:
  const std::shared_ptr<Inbox> inbox_;
  const std::shared_ptr<Callback> callback_;
  const bool block_;
};

}  // namespace

void SubscribeCallbacks(std::uint64_t thread_id, const std::shared_ptr<Stream>& stream) {
  Subscriptions& all = AllSubscriptions();
  const std::lock_guard lock(all.mutex);
  Require(InboxOfStreamLocked(all, stream) == nullptr, Code::kRtStreamSubscribe,
          "stream has a callback thread already; aclrtUnSubscribeReport ends that");
  Require(all.by_thread.count(thread_id) == 0, Code::kRtThreadSubscribe,
          "threadId is {}, which serves another stream already", thread_id);
  const auto inbox = std::make_shared<Inbox>();
  inbox->stream = stream;
  all.by_thread.emplace(thread_id, inbox);
}

void UnsubscribeCallbacks(std::uint64_t thread_id, const std::shared_ptr<Stream>& stream) {
  Subscriptions& all = AllSubscriptions();
  std::shared_ptr<Inbox> inbox;
  {
    const std::lock_guard lock(all.mutex);
    const auto found = all.by_thread.find(thread_id);
    Require(found != all.by_thread.end() && found->second->stream.lock() == stream,
            Code::kRtStreamNoCallbackRegistered,
            "threadId is {}, which is not the callback thread of the stream", thread_id);
    inbox = found->second;
    all.by_thread.erase(found);
  }
  Close(*inbox);
}

void LaunchCallback(CallbackFunction function, void* user_data, bool block,
                    const std::shared_ptr<Stream>& stream) {
  std::shared_ptr<Inbox> inbox;
  {
    Subscriptions& all = AllSubscriptions();
    const std::lock_guard lock(all.mutex);
    inbox = InboxOfStreamLocked(all, stream);
  }
  Require(inbox != nullptr, Code::kRtStreamNoCallbackRegistered,
          "stream has no callback thread; aclrtSubscribeReport registers one");
  auto callback = std::make_shared<Callback>();
  callback->function = function;
  callback->user_data = user_data;
  stream->Enqueue(std::make_unique<CallbackTask>(inbox, std::move(callback), block));
}

void ProcessCallback(Timeout timeout) {
  const auto thread_id = static_cast<std::uint64_t>(pthread_self());
  const std::shared_ptr<Inbox> inbox = InboxOfThread(thread_id);
  Require(inbox != nullptr, Code::kRtThreadSubscribe,
          "this thread ({}) serves no stream; aclrtSubscribeReport registers it", thread_id);
  std::unique_lock lock(inbox->mutex);
  const auto ready = [&] { return inbox->closed || !inbox->waiting.empty(); };
  if (!timeout) {
    inbox->changed.wait(lock, ready);
  } else {
    Require(inbox->changed.wait_for(lock, *timeout, ready), Code::kRtWaitTimeout,
            "no callback came within {} ms", timeout->count());
  }
  Require(!inbox->closed, Code::kRtThreadSubscribe,
          "this thread ({}) was unsubscribed while it waited", thread_id);
  const std::shared_ptr<Callback> callback = inbox->waiting.front();
  inbox->waiting.pop_front();
  lock.unlock();
  callback->function(callback->user_data);
  lock.lock();
  callback->done = true;
  inbox->changed.notify_all();
}

}  // namespace ferry::runtime
