// State that each process has for itself, also after fork.
#ifndef FERRY_COMM_PER_PROCESS_H_
#define FERRY_COMM_PER_PROCESS_H_

#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <memory>

namespace ferry::comm {

// One T a process, made at its first use and never destroyed. A child made by fork gets a fresh
// one: not what its parent mapped and offered, nor a lock that a thread of its parent held.
template <class T>
class PerProcess {
 public:
  T& Get() {
    for (;;) {
      // acquire: pairs with the publication below.
      Entry* seen = current_.load(std::memory_order_acquire);
      const pid_t self = getpid();
      if (seen != nullptr && seen->pid == self) return seen->value;
      auto fresh = std::make_unique<Entry>();
      fresh->pid = self;
      // acq_rel: publishes the state, or shows the one that was faster.
      if (current_.compare_exchange_strong(seen, fresh.get(), std::memory_order_acq_rel))
        return fresh.release()->value;
    }
  }

 private:
  struct Entry {
    pid_t pid = 0;
    T value;
  };

  std::atomic<Entry*> current_{nullptr};
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_PER_PROCESS_H_
