// Tasks that a test steers.
#ifndef FERRY_RUNTIME_TEST_TASKS_H_
#define FERRY_RUNTIME_TEST_TASKS_H_

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "base/error.h"
#include "runtime/task.h"

namespace ferry::runtime {

// Closed until somebody opens it, and then for ever open.
class Gate {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Pass() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;  // guarded by mutex_
};

class ScriptedTask : public Task {
 public:
  using RunScript = std::function<void(const std::atomic<bool>& abort)>;
  using DropScript = std::function<void(const std::string& reason)>;

  explicit ScriptedTask(RunScript run, DropScript drop = nullptr)
      : run_(std::move(run)), drop_(std::move(drop)) {}
  void Run(const std::atomic<bool>& abort) override { run_(abort); }
  void Drop(const std::string& reason) noexcept override {
    if (drop_) drop_(reason);
  }

 private:
  const RunScript run_;
  const DropScript drop_;
};

inline std::unique_ptr<Task> Does(std::function<void()> work) {
  return std::make_unique<ScriptedTask>(
      [work = std::move(work)](const std::atomic<bool>&) { work(); });
}

inline std::unique_ptr<Task> FailsWith(Code code, const std::string& message) {
  return Does([=] { throw Error(code, message); });
}

// Runs until it is asked to end, having opened `started`.
inline std::unique_ptr<Task> RunsUntilAborted(Gate& started) {
  return std::make_unique<ScriptedTask>([&started](const std::atomic<bool>& abort) {
    started.Open();
    while (!abort.load(std::memory_order_relaxed)) std::this_thread::yield();
  });
}

// What `body` throws; kOk for nothing.
template <class Body>
Error ErrorOf(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  }
  return {Code::kOk, ""};
}

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_TEST_TASKS_H_
