#include "runtime/stream.h"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "base/caught.h"
#include "base/jitter.h"
#include "base/log.h"
#include "runtime/blocking_callback.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FERRY_SANITIZED 1
#elif defined(__has_feature)
#define FERRY_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define FERRY_SANITIZED 0
#endif

namespace ferry::runtime {
namespace {

// Operators keep their data on the heap; sanitizers need far more room for the same frames.
#if FERRY_SANITIZED
constexpr std::size_t kWorkerStack = std::size_t{4} << 20;
#else
constexpr std::size_t kWorkerStack = std::size_t{512} << 10;
#endif

struct Entry {
  std::uint64_t number = 0;  // 1, 2, ... in the order of Enqueue
  std::unique_ptr<Task> task;
};
using Queue = std::deque<Entry>;

// Why work was dropped, or asked to end.
constexpr const char* kAborted = "its stream was aborted";
constexpr const char* kDestroyed = "its stream was destroyed";

// The tasks end here, with their queue.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
void DropAll(Queue queue, const std::string& reason) {
  for (const Entry& entry : queue) entry.task->Drop(reason);
}

// What the task threw; nothing if it succeeded.
std::optional<AsyncError> RunTask(Task& task, const AbortFlag& abort) {
  try {
    try {
      task.Run(abort);
      return std::nullopt;
    } catch (...) {
      const Error error = Caught({Code::kRtMemoryAllocation, Code::kRtAicoreException});
      return AsyncError(error.code(), error.message());
    }
  } catch (...) {
    return AsyncError(Code::kRtMemoryAllocation, "out of memory");  // short enough to need none
  }
}

std::uint64_t NextFailure() {
  // Relaxed: only the order of the numbers counts.
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

AsyncError::AsyncError(Code code, std::string message)
    : Error(code, std::move(message)), number_(NextFailure()) {}

struct Stream::State {
  explicit State(std::int32_t device) : lane(jitter::NewStream(device)) {}

  const jitter::Lane lane;
  mutable std::mutex mutex;      // guards all but `abort` and `lane`
  std::condition_variable work;  // the worker: something to do, or closed
  std::condition_variable done;  // everybody else: a task has ended
  Queue queue;
  std::uint64_t last_number = 0;  // of the task queued last
  std::uint64_t running = 0;      // number of the task that runs; 0 if none
  bool has_worker = false;
  bool closed = false;
  FailureMode mode = FailureMode::kContinue;
  std::optional<AsyncError> pending;
  AbortFlag abort;  // raised by Abort and Close, cleared before the next task runs

  void StartWorker(const std::shared_ptr<State>& self);
  void Work();
  void RunOne(std::unique_lock<std::mutex>& lock);
  Queue GiveUp(const char* why);
  Queue Close(bool force);
  // Whether no task up to `number` is queued or runs.
  [[nodiscard]] bool HasPassed(std::uint64_t number) const;
  bool WaitToPass(std::unique_lock<std::mutex>& lock, std::uint64_t number, Timeout timeout);
};

void Stream::State::StartWorker(const std::shared_ptr<State>& self) {
  auto argument = std::make_unique<std::shared_ptr<State>>(self);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kWorkerStack);
  // Detached: a program may exit while a task waits for a peer that never comes.
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // The program's signal handlers know nothing of this thread and its small stack. A fault is the
  // thread's own; blocked, it would end the process before a handler could say what happened.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigdelset(&all, SIGSEGV);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread{};
  const int error = pthread_create(
      &thread, &attributes,
      [](void* shared) -> void* {
        const std::unique_ptr<std::shared_ptr<State>> state(
            static_cast<std::shared_ptr<State>*>(shared));
        pthread_setname_np(pthread_self(), "ferry-stream");
        (*state)->Work();
        return nullptr;
      },
      argument.get());
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  Require(error == 0, Code::kRtMemoryAllocation,
          "no thread could be started for the stream: pthread_create returned {}", error);
  (void)argument.release();  // the thread has it
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
  Entry entry = std::move(queue.front());
  queue.pop_front();
  running = entry.number;
  const bool drop = mode == FailureMode::kStop && pending;
  abort.Clear();
  lock.unlock();
  std::optional<AsyncError> failure;
  if (drop) {
    entry.task->Drop("an earlier task of its stream failed and the stream stops on failure");
  } else {
    jitter::BeforeTask(lane, entry.number);
    failure = RunTask(*entry.task, abort);
  }
  entry.task.reset();
  lock.lock();
  if (failure && !pending) pending = std::move(failure);
  running = 0;
  done.notify_all();
}

// The queued tasks, which the caller drops without the lock. The running one is asked to end.
Queue Stream::State::GiveUp(const char* why) {
  if (running != 0) abort.Raise(why);
  return std::exchange(queue, {});
}

// Takes no more tasks. Returns what the caller drops without the lock: the queue, or (no force)
// nothing.
Queue Stream::State::Close(bool force) {
  const std::lock_guard lock(mutex);
  closed = true;
  Queue dropped;
  if (force) dropped = GiveUp(kDestroyed);
  work.notify_all();
  done.notify_all();
  return dropped;
}

bool Stream::State::HasPassed(std::uint64_t number) const {
  return (running == 0 || running > number) && (queue.empty() || queue.front().number > number);
}

bool Stream::State::WaitToPass(std::unique_lock<std::mutex>& lock, std::uint64_t number,
                               Timeout timeout) {
  const auto passed = [&] { return HasPassed(number); };
  if (timeout) return done.wait_for(lock, *timeout, passed);
  done.wait(lock, passed);
  return true;
}

Stream::Stream(std::int32_t device) : device_(device), state_(std::make_shared<State>(device)) {}

Stream::~Stream() {
  bool closed = false;
  {
    const std::lock_guard lock(state_->mutex);
    closed = state_->closed;
  }
  if (!closed) Destroy(/*force=*/true);
}

void Stream::Enqueue(std::unique_ptr<Task> task) {
  std::unique_lock lock(state_->mutex);
  try {
    Require(!state_->closed, Code::kRtInvalidHandle, "the stream has been destroyed");
    if (!state_->has_worker) state_->StartWorker(state_);
    state_->queue.push_back({state_->last_number + 1, nullptr});
  } catch (const std::exception& error) {
    lock.unlock();
    task->Drop(error.what());
    throw;
  }
  state_->queue.back().task = std::move(task);
  ++state_->last_number;
  state_->work.notify_one();
}

bool Stream::Drain(Timeout timeout) {
  if (!timeout) RequireNoBlockingCallbackOf(*this);
  std::unique_lock lock(state_->mutex);
  return state_->WaitToPass(lock, state_->last_number, timeout);
}

std::optional<AsyncError> Stream::Collect() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->pending, std::nullopt);
}

void Stream::Synchronize(Timeout timeout) {
  if (!Drain(timeout)) {
    Fail(Code::kRtStreamSyncTimeout,
         "the stream's work was not done within timeout = {} ms; it goes on and can still be "
         "waited for",
         timeout->count());
  }
  if (const auto error = Collect()) throw AsyncError(*error);
}

bool Stream::IsIdle() const {
  const std::lock_guard lock(state_->mutex);
  return state_->HasPassed(state_->last_number);
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
    dropped = state_->GiveUp(kAborted);
    state_->pending.emplace(Code::kRtStreamAbort, "the stream was aborted by aclrtStreamAbort");
    state_->done.notify_all();
  }
  DropAll(std::move(dropped), kAborted);
}

void Stream::Close(bool force) {
  DropAll(state_->Close(force), kDestroyed);
}

void Stream::CloseAll(const std::vector<std::shared_ptr<Stream>>& streams, bool force) {
  std::vector<Queue> dropped;
  dropped.reserve(streams.size());
  for (const auto& stream : streams) dropped.push_back(stream->state_->Close(force));
  for (Queue& queue : dropped) DropAll(std::move(queue), kDestroyed);
}

bool Stream::Destroy(bool force) {
  Close(force);
  const bool idle = Drain(force ? Timeout(kForcedEndWait) : std::nullopt);
  if (!idle) log::Warning("a destroyed stream's task did not end within 2 s; it is left to itself");
  return idle;
}

}  // namespace ferry::runtime
