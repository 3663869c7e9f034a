#include <pthread.h>

#include <atomic>
#include <memory>

#include "memory/segment.h"

namespace ferry::memory {
namespace {

struct Holder {
  Segment segment;
  Holder* inherited = nullptr;  // from before the last fork: kept, never used
};

std::atomic<Holder*> current{nullptr};
std::atomic<Holder*> inherited{nullptr};

// Runs in a forked child, which has one thread.
void ForgetParentsSegment() {
  inherited.store(current.exchange(nullptr, std::memory_order_relaxed), std::memory_order_relaxed);
}

// No lock: one that another thread holds while this one forks would stay held in the child for
// ever. Two threads may both make a segment; one of them is thrown away.
Segment& MakeProcessSegment() {
  static const int registered = ::pthread_atfork(nullptr, nullptr, ForgetParentsSegment);
  static_cast<void>(registered);
  auto made = std::make_unique<Holder>();
  made->inherited = inherited.load(std::memory_order_relaxed);
  Holder* seen = nullptr;
  // acq_rel: publishes the segment to ProcessSegment, or sees the one that was faster.
  if (current.compare_exchange_strong(seen, made.get(), std::memory_order_acq_rel))
    return made.release()->segment;
  return seen->segment;
}

}  // namespace

Segment& ProcessSegment() {
  // acquire: pairs with the publication in MakeProcessSegment.
  Holder* const holder = current.load(std::memory_order_acquire);
  return holder != nullptr ? holder->segment : MakeProcessSegment();
}

}  // namespace ferry::memory
