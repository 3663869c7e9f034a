#include "runtime/stream.h"

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "base/log.h"

namespace ferry::runtime {
namespace {

// Operators keep their data on the heap; sanitizers need far more room for the same frames.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kWorkerStack = std::size_t{4} << 20;
#else
constexpr std::size_t kWorkerStack = std::size_t{512} << 10;
#endif

constexpr std::chrono::seconds kForcedDestroyWait{2};

using Queue = std::deque<std::unique_ptr<Task>>;

// The tasks end here, with their queue.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
void DropAll(Queue queue, const std::string& reason) {
  for (const auto& task : queue) task->Drop(reason);
}

// A deadline that steady_clock can hold, however long the caller is willing to wait.
template <class Predicate>
bool WaitFor(std::condition_variable& condition, std::unique_lock<std::mutex>& lock,
             Timeout timeout, Predicate predicate) {
  if (!timeout) {
    condition.wait(lock, predicate);
    return true;
  }
  return condition.wait_for(lock, *timeout, predicate);
}

}  // namespace

struct Stream::State {
  mutable std::mutex mutex;
  std::condition_variable work;  // the worker: something to do, or closed
  std::condition_variable done;  // everybody else: `finished` has grown
  Queue queue;
  std::uint64_t enqueued = 0;  // tasks ever queued
  std::uint64_t finished = 0;  // tasks run or dropped; what is queued finishes in order
  bool running = false;
  bool has_worker = false;
  bool closed = false;
  FailureMode mode = FailureMode::kContinue;
  std::optional<AsyncError> pending;
  // Set by Abort and a forced Destroy, cleared before the next task runs. Relaxed suffices: the
  // task only asks whether to stop, and finds what made it stop under other locks.
  std::atomic<bool> abort{false};

  void StartWorker(const std::shared_ptr<State>& self);
  void Work();
  void RunOne(std::unique_lock<std::mutex>& lock);
  Queue TakeQueue();
};

void Stream::State::StartWorker(const std::shared_ptr<State>& self) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kWorkerStack);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  auto argument = std::make_unique<std::shared_ptr<State>>(self);
  pthread_t thread{};
  const int error = pthread_create(
      &thread, &attributes,
      [](void* shared) -> void* {
        const std::unique_ptr<std::shared_ptr<State>> state(
            static_cast<std::shared_ptr<State>*>(shared));
        (*state)->Work();
        return nullptr;
      },
      argument.get());
  pthread_attr_destroy(&attributes);
  Require(error == 0, Code::kRtMemoryAllocation,
          "no thread could be started for the stream: pthread_create returned {}", error);
  (void)argument.release();
  has_worker = true;
}

void Stream::State::Work() {
  std::unique_lock lock(mutex);
  for (;;) {
    work.wait(lock, [this] { return closed || !queue.empty(); });
    if (queue.empty()) return;
    RunOne(lock);
  }
}

void Stream::State::RunOne(std::unique_lock<std::mutex>& lock) {
  std::unique_ptr<Task> task = std::move(queue.front());
  queue.pop_front();
  const bool drop = mode == FailureMode::kStop && pending;
  running = true;
  abort.store(false, std::memory_order_relaxed);
  lock.unlock();
  std::optional<AsyncError> failure;
  if (drop) {
    task->Drop("an earlier task of its stream failed and the stream stops on failure");
  } else {
    try {
      task->Run(abort);
    } catch (const Error& error) {
      failure.emplace(error.code(), error.message());
    } catch (const std::exception& error) {
      failure.emplace(Code::kRtAicoreException, error.what());
    }
  }
  task.reset();
  lock.lock();
  if (failure && !pending) pending = std::move(failure);
  running = false;
  ++finished;
  done.notify_all();
}

Queue Stream::State::TakeQueue() {
  finished += queue.size();
  return std::exchange(queue, {});
}

Stream::Stream(std::int32_t device) : device_(device), state_(std::make_shared<State>()) {}

Stream::~Stream() {
  Destroy(/*force=*/true);
}

void Stream::Enqueue(std::unique_ptr<Task> task) {
  std::unique_lock lock(state_->mutex);
  try {
    Require(!state_->closed, Code::kRtInvalidHandle, "the stream has been destroyed");
    if (!state_->has_worker) state_->StartWorker(state_);
  } catch (const Error& error) {
    lock.unlock();
    task->Drop(error.message());
    throw;
  }
  state_->queue.push_back(std::move(task));
  ++state_->enqueued;
  state_->work.notify_one();
}

bool Stream::Drain(Timeout timeout) {
  std::unique_lock lock(state_->mutex);
  const std::uint64_t target = state_->enqueued;
  return WaitFor(state_->done, lock, timeout, [&] { return state_->finished >= target; });
}

void Stream::Synchronize(Timeout timeout) {
  if (!Drain(timeout)) {
    Fail(Code::kRtStreamSyncTimeout,
         "the stream's work was not done within {} ms; it goes on and can still be waited for",
         timeout->count());
  }
  const std::lock_guard lock(state_->mutex);
  if (!state_->pending) return;
  const AsyncError error = std::move(*state_->pending);
  state_->pending.reset();
  throw error;
}

bool Stream::IsIdle() const {
  const std::lock_guard lock(state_->mutex);
  return state_->queue.empty() && !state_->running;
}

void Stream::SetFailureMode(FailureMode mode) {
  const std::lock_guard lock(state_->mutex);
  state_->mode = mode;
}

void Stream::PostError(const Error& error) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->pending) state_->pending.emplace(error.code(), error.message());
}

void Stream::Abort() {
  Queue dropped;
  {
    const std::lock_guard lock(state_->mutex);
    dropped = state_->TakeQueue();
    if (state_->running) state_->abort.store(true, std::memory_order_relaxed);
    state_->pending.emplace(Code::kRtStreamAbort, "the stream was aborted by aclrtStreamAbort");
    state_->done.notify_all();
  }
  DropAll(std::move(dropped), "its stream was aborted");
}

bool Stream::Destroy(bool force) {
  Queue dropped;
  bool idle = true;
  {
    std::unique_lock lock(state_->mutex);
    if (force) {
      dropped = state_->TakeQueue();
      if (state_->running) state_->abort.store(true, std::memory_order_relaxed);
    }
    state_->closed = true;  // the worker still does what is queued, then ends
    state_->work.notify_all();
    state_->done.notify_all();
  }
  DropAll(std::move(dropped), "its stream was destroyed");
  {
    std::unique_lock lock(state_->mutex);
    const Timeout timeout = force ? Timeout(kForcedDestroyWait) : std::nullopt;
    idle = WaitFor(state_->done, lock, timeout,
                   [this] { return state_->queue.empty() && !state_->running; });
  }
  if (!idle) log::Warning("a destroyed stream's task did not end within 2 s; it is left to itself");
  return idle;
}

}  // namespace ferry::runtime
