// A stream: tasks that run one after another on the stream's own thread.
#ifndef FERRY_RUNTIME_STREAM_H_
#define FERRY_RUNTIME_STREAM_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "runtime/task.h"

namespace ferry::runtime {

// The failure of a queued task, thrown by the synchronise that collects it. Its sentence is the
// task's own and is handed on word for word.
class AsyncError : public Error {
 public:
  AsyncError(Code code, std::string message);

  // Failures of this process are numbered as they happen; a copy keeps the number.
  [[nodiscard]] bool IsEarlierThan(const AsyncError& other) const {
    return number_ < other.number_;
  }

 private:
  std::uint64_t number_;
};

enum class FailureMode : std::uint8_t {
  kContinue = 0,  // tasks behind a failed one still run
  kStop = 1,      // they are dropped until the error is collected
};

using Timeout = std::optional<std::chrono::milliseconds>;  // nothing: for ever

// Thread-safe. The worker starts at the first Enqueue and ends with the stream; it keeps the
// affinity of the thread that queued first, and takes no signals.
class Stream {
 public:
  explicit Stream(std::int32_t device);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  // As Destroy(true), unless the stream has been closed.
  ~Stream();

  [[nodiscard]] std::int32_t device() const { return device_; }

  // Queues the task. Throws Error{kRtInvalidHandle} once the stream is closed,
  // Error{kRtMemoryAllocation} if no thread can be started; the task is then dropped.
  void Enqueue(std::unique_ptr<Task> task);

  // Waits until everything queued by now has run or was dropped, and collects. Throws the
  // AsyncError that it collected, or Error{kRtStreamSyncTimeout} when the time is over: then
  // nothing is.
  void Synchronize(Timeout timeout);

  // The two halves of Synchronize: whether there was time enough, and the error that was pending
  // (the first since the last time) and is so no more.
  [[nodiscard]] bool Drain(Timeout timeout);
  [[nodiscard]] std::optional<AsyncError> Collect();

  [[nodiscard]] bool IsIdle() const;
  void SetFailureMode(FailureMode mode);

  // Leaves an error to be collected, unless one is pending already.
  void PostError(const Error& error);

  // Drops what is queued and asks the running task to end; the next Synchronize throws
  // kRtStreamAbort, whatever else was pending.
  void Abort();

  // Takes no more tasks. What is queued still runs; or (force) it is dropped, and the running task
  // is asked to end.
  void Close(bool force);

  // Closes all of them. With force no queue is dropped before all are taken: what one stream's
  // dropped work lets go must not be run by another that is about to end too.
  static void CloseAll(const std::vector<std::shared_ptr<Stream>>& streams, bool force);

  // Closes the stream and waits for the end of its work, with force for two seconds at most.
  // Returns whether nothing runs any more.
  bool Destroy(bool force);

 private:
  struct State;

  const std::int32_t device_;
  const std::shared_ptr<State> state_;  // the worker's too: it may outlive a forced Destroy
};

// How long a forced end waits for tasks that were asked to end.
inline constexpr std::chrono::seconds kForcedEndWait{2};

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_STREAM_H_
