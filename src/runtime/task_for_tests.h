// Tasks whose course a test decides.
#ifndef FERRY_RUNTIME_TASK_FOR_TESTS_H_
#define FERRY_RUNTIME_TASK_FOR_TESTS_H_

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "runtime/task.h"

namespace ferry::runtime {

// What the tasks of a test did, in order: "run a", "drop b: <reason>". Thread-safe.
class Journal {
 public:
  void Add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;  // guarded by mutex_
};

// Opens once; whoever comes earlier waits.
class Gate {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  void Pass() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;  // guarded by mutex_
};

class TestTask : public Task {
 public:
  using Body = std::function<void(const AbortFlag& abort)>;

  TestTask(std::string name, Journal* journal, Body body)
      : name_(std::move(name)), journal_(journal), body_(std::move(body)) {}

  void Run(const AbortFlag& abort) override {
    if (journal_ != nullptr) journal_->Add("run " + name_);
    if (body_) body_(abort);
  }
  void Drop(const std::string& reason) noexcept override {
    if (journal_ != nullptr) journal_->Add("drop " + name_ + ": " + reason);
  }

 private:
  const std::string name_;
  Journal* const journal_;
  const Body body_;
};

// Notes that it ran or was dropped.
inline std::unique_ptr<Task> Note(std::string name, Journal& journal) {
  return std::make_unique<TestTask>(std::move(name), &journal, nullptr);
}

inline std::unique_ptr<Task> Call(std::function<void()> function) {
  return std::make_unique<TestTask>(
      "", nullptr, [function = std::move(function)](const AbortFlag&) { function(); });
}

// Opens `started` when it runs and ends when `end` is open.
inline std::unique_ptr<Task> Hold(Gate& started, Gate& end) {
  return Call([&] {
    started.Open();
    end.Pass();
  });
}

// Opens `started` when it runs and ends when it is asked to.
inline std::unique_ptr<Task> RunUntilAborted(Gate& started) {
  return std::make_unique<TestTask>("", nullptr, [&](const AbortFlag& abort) {
    started.Open();
    while (!abort.IsRaised()) {
    }
  });
}

inline std::unique_ptr<Task> FailWith(Code code, std::string message) {
  return Call([code, message = std::move(message)] { throw Error(code, message); });
}

// The Error that `call` throws; kOk and no text if it throws none.
template <class F>
Error ErrorOf(F&& call) {
  try {
    std::forward<F>(call)();
  } catch (const Error& error) {
    return error;
  }
  return Error(Code::kOk, "");
}

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_TASK_FOR_TESTS_H_
