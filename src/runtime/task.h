// One piece of work queued on a stream.
#ifndef FERRY_RUNTIME_TASK_H_
#define FERRY_RUNTIME_TASK_H_

#include <chrono>
#include <memory>
#include <string>

#include "base/abort_flag.h"

namespace ferry::runtime {

class Task {
 public:
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task() = default;

  // Does the work on the stream's worker. An Error that it throws becomes pending on the stream.
  // `abort` is raised when the stream is aborted or forcibly destroyed: a long wait must then end.
  virtual void Run(const AbortFlag& abort) = 0;

  // Called instead of Run when the task will never run: aborted stream, forced destroy, failure
  // mode 1. A collective task tells its peers here. Must not throw.
  virtual void Drop(const std::string& reason) noexcept = 0;
};

// How soon a task that waits looks at `abort` again.
inline constexpr std::chrono::milliseconds kAbortCheck{50};

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_TASK_H_
