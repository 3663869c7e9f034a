// A stream: tasks that run one after another on the stream's own thread.
#ifndef FERRY_RUNTIME_STREAM_H_
#define FERRY_RUNTIME_STREAM_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "runtime/task.h"

namespace ferry::runtime {

// The failure of a queued task, thrown by the synchronise that collects it. Its sentence is the
// task's own and is handed on word for word.
class AsyncError : public Error {
 public:
  using Error::Error;
};

enum class FailureMode : std::uint8_t {
  kContinue = 0,  // tasks behind a failed one still run
  kStop = 1,      // they are dropped until the error is collected
};

using Timeout = std::optional<std::chrono::milliseconds>;  // nothing: for ever

// Thread-safe. The worker starts at the first Enqueue and ends with the stream; it keeps the
// affinity of the thread that made it.
class Stream {
 public:
  explicit Stream(std::int32_t device);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  // As Destroy(true).
  ~Stream();

  [[nodiscard]] std::int32_t device() const { return device_; }

  // Queues the task. Throws Error{kRtInvalidHandle} after Destroy, Error{kRtMemoryAllocation} if no
  // thread can be started; the task is then dropped.
  void Enqueue(std::unique_ptr<Task> task);

  // Waits until everything queued by now has run, then throws the first pending AsyncError, which
  // is then collected. Throws Error{kRtStreamSyncTimeout} when the time is over; nothing is
  // collected.
  void Synchronize(Timeout timeout);

  // Waits as Synchronize does but only tells whether there was time enough. Collects nothing.
  [[nodiscard]] bool Drain(Timeout timeout);

  [[nodiscard]] bool IsIdle() const;
  void SetFailureMode(FailureMode mode);

  // Leaves an error to be collected, unless one is pending already.
  void PostError(const Error& error);

  // Drops what is queued and asks the running task to end; the next Synchronize throws
  // kRtStreamAbort, whatever else was pending.
  void Abort();

  // Ends the stream: after its work is done, or at once (force: what is queued is dropped, what
  // runs is asked to end and waited for at most two seconds). Returns whether nothing runs any
  // more.
  bool Destroy(bool force);

 private:
  struct State;

  const std::int32_t device_;
  const std::shared_ptr<State>
      state_;  // shared with the worker, which may outlive a forced Destroy
};

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_STREAM_H_
