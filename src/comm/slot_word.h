// The words of a slot that ranks change by compare-and-swap: the meeting's and the release's.
#ifndef FERRY_COMM_SLOT_WORD_H_
#define FERRY_COMM_SLOT_WORD_H_

#include <atomic>
#include <climits>
#include <cstdint>

#include "base/futex.h"

namespace ferry::comm {

// Replaces what `word` says by what `change` makes of it until that holds, and returns what stands.
// `read` turns the word into a view, `write` a view into the word; `change(view)` returns false for
// a view that is to stay as it is.
template <class Read, class Write, class Change>
auto UpdateWord(std::atomic<std::uint64_t>& word, Read read, Write write, Change change) {
  // acquire: who then acts on the view sees what led to it.
  std::uint64_t seen = word.load(std::memory_order_acquire);
  for (;;) {
    auto view = read(seen);
    if (!change(view)) return view;
    // release: publishes what this rank did before: its record and its failure text (meeting), its
    // reads of its peers' rows (release). acquire: the last to come, and who fails to change the
    // word, act on what the others did.
    if (word.compare_exchange_weak(seen, write(view), std::memory_order_acq_rel,
                                   std::memory_order_acquire))
      return view;
  }
}

// After a change that sleepers wait for.
inline void WakeAll(std::atomic<std::uint32_t>& wake) noexcept {
  // release: a waiter that sees the raised word (acquire) sees the change that led to it.
  wake.fetch_add(1, std::memory_order_release);
  FutexWake(&wake, INT_MAX);
}

}  // namespace ferry::comm

#endif  // FERRY_COMM_SLOT_WORD_H_
