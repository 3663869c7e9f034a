#include "runtime/callback.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/error.h"
#include "runtime/blocking_callback.h"

namespace ferry::runtime {
namespace {

struct Callback {
  CallbackFunction function = nullptr;
  void* user_data = nullptr;
  bool block = false;  // its stream waits for it
  bool done = false;   // run, or given up; guarded by its inbox's mutex
};

// What a subscribed thread still has to do.
struct Inbox {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<Callback>> waiting;  // guarded by mutex
  bool closed = false;                            // guarded by mutex: nothing more will come
  std::weak_ptr<Stream> stream;
};
using SharedInbox = std::shared_ptr<Inbox>;

struct Subscriptions {
  std::mutex mutex;
  std::map<std::uint64_t, SharedInbox> by_thread;  // guarded by mutex
};

Subscriptions& AllSubscriptions() {
  static auto* const subscriptions = new Subscriptions;
  return *subscriptions;
}

bool IsClosed(Inbox& inbox) {
  const std::lock_guard lock(inbox.mutex);
  return inbox.closed;
}

// Null unless the thread has one, closed or not.
SharedInbox InboxOfThread(std::uint64_t thread_id) {
  Subscriptions& all = AllSubscriptions();
  const std::lock_guard lock(all.mutex);
  const auto found = all.by_thread.find(thread_id);
  return found == all.by_thread.end() ? nullptr : found->second;
}

// Null unless the stream has one that is open. Wants all.mutex.
SharedInbox InboxOfStreamLocked(const Subscriptions& all, const std::shared_ptr<Stream>& stream) {
  for (const auto& [thread, inbox] : all.by_thread) {
    if (inbox->stream.lock() == stream && !IsClosed(*inbox)) return inbox;
  }
  return nullptr;
}

// Marks a callback as run even if its function throws, so that the stream goes on.
class Completion {
 public:
  Completion(Inbox& inbox, Callback& callback) : inbox_(inbox), callback_(callback) {}
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;
  ~Completion() {
    const std::lock_guard lock(inbox_.mutex);
    callback_.done = true;
    inbox_.changed.notify_all();
  }

 private:
  Inbox& inbox_;
  Callback& callback_;
};

class CallbackTask : public Task {
 public:
  CallbackTask(SharedInbox inbox, std::shared_ptr<Callback> callback)
      : inbox_(std::move(inbox)), callback_(std::move(callback)) {}

  void Run(const AbortFlag& abort) override {
    std::unique_lock lock(inbox_->mutex);
    if (inbox_->closed) return;
    inbox_->waiting.push_back(callback_);
    inbox_->changed.notify_all();
    if (!callback_->block) return;
    while (!callback_->done && !abort.IsRaised()) {
      inbox_->changed.wait_for(lock, kAbortCheck);
    }
    // Aborted before its thread took it: what the function would use may be gone by then.
    auto& waiting = inbox_->waiting;
    waiting.erase(std::remove(waiting.begin(), waiting.end(), callback_), waiting.end());
  }

  void Drop(const std::string& /*reason*/) noexcept override {}  // the function is just not called

 private:
  const SharedInbox inbox_;
  const std::shared_ptr<Callback> callback_;
};

}  // namespace

void SubscribeCallbacks(std::uint64_t thread_id, const std::shared_ptr<Stream>& stream) {
  auto inbox = std::make_shared<Inbox>();
  inbox->stream = stream;
  Subscriptions& all = AllSubscriptions();
  const std::lock_guard lock(all.mutex);
  Require(InboxOfStreamLocked(all, stream) == nullptr, Code::kRtStreamSubscribe,
          "stream has a callback thread already; aclrtUnSubscribeReport ends that");
  SharedInbox& of_thread = all.by_thread[thread_id];
  Require(of_thread == nullptr || IsClosed(*of_thread), Code::kRtThreadSubscribe,
          "threadId is {}, which serves another stream already", thread_id);
  of_thread = std::move(inbox);
}

void UnsubscribeCallbacks(std::uint64_t thread_id, const std::shared_ptr<Stream>& stream) {
  Subscriptions& all = AllSubscriptions();
  SharedInbox inbox;
  {
    const std::lock_guard lock(all.mutex);
    const auto found = all.by_thread.find(thread_id);
    Require(found != all.by_thread.end() && found->second->stream.lock() == stream,
            Code::kRtStreamNoCallbackRegistered,
            "threadId is {}, which is not the callback thread of the stream", thread_id);
    inbox = found->second;
    all.by_thread.erase(found);
  }
  const std::lock_guard lock(inbox->mutex);
  inbox->closed = true;
  for (const auto& callback : inbox->waiting) callback->done = true;
  inbox->waiting.clear();
  inbox->changed.notify_all();
}

void EndCallbacks(const std::shared_ptr<Stream>& stream) {
  Subscriptions& all = AllSubscriptions();
  SharedInbox inbox;
  {
    const std::lock_guard lock(all.mutex);
    inbox = InboxOfStreamLocked(all, stream);
  }
  if (inbox == nullptr) return;
  const std::lock_guard lock(inbox->mutex);
  inbox->closed = true;
  inbox->changed.notify_all();
}

void LaunchCallback(CallbackFunction function, void* user_data, bool block,
                    const std::shared_ptr<Stream>& stream) {
  SharedInbox inbox;
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
  callback->block = block;
  stream->Enqueue(std::make_unique<CallbackTask>(inbox, std::move(callback)));
}

void ProcessCallback(Timeout timeout) {
  const auto thread_id = static_cast<std::uint64_t>(pthread_self());
  const SharedInbox inbox = InboxOfThread(thread_id);
  Require(inbox != nullptr, Code::kRtStreamNoCallbackRegistered,
          "this thread ({}) serves no stream; aclrtSubscribeReport registers it", thread_id);
  std::unique_lock lock(inbox->mutex);
  const auto ready = [&] { return inbox->closed || !inbox->waiting.empty(); };
  if (!timeout) {
    inbox->changed.wait(lock, ready);
  } else {
    Require(inbox->changed.wait_for(lock, *timeout, ready), Code::kRtWaitTimeout,
            "no callback came within timeout = {} ms", timeout->count());
  }
  Require(
      !inbox->waiting.empty(), Code::kRtStreamNoCallbackRegistered,
      "this thread ({}) serves no stream any more: it was unsubscribed, or the stream destroyed",
      thread_id);
  const std::shared_ptr<Callback> callback = inbox->waiting.front();
  inbox->waiting.pop_front();
  lock.unlock();
  const std::shared_ptr<Stream> stream = callback->block ? inbox->stream.lock() : nullptr;
  const Completion completion(*inbox, *callback);
  const BlockingCallback blocking(stream.get());
  callback->function(callback->user_data);
}

}  // namespace ferry::runtime
