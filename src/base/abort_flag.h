// Asks running work to end, and says why.
#ifndef FERRY_BASE_ABORT_FLAG_H_
#define FERRY_BASE_ABORT_FLAG_H_

#include <atomic>

namespace ferry {

// One word, as cheap to look at as a bool. Relaxed throughout: the flag means only itself, and the
// reason is a literal, which is there before any thread; who is asked finds what made it stop under
// other locks.
class AbortFlag {
 public:
  // `why` is a literal such as "its stream was aborted". The first reason stays until Clear.
  void Raise(const char* why) noexcept {
    const char* none = nullptr;
    why_.compare_exchange_strong(none, why, std::memory_order_relaxed);
  }
  void Clear() noexcept { why_.store(nullptr, std::memory_order_relaxed); }

  [[nodiscard]] bool IsRaised() const noexcept { return why() != nullptr; }
  // Null while it is not raised.
  [[nodiscard]] const char* why() const noexcept { return why_.load(std::memory_order_relaxed); }

 private:
  std::atomic<const char*> why_{nullptr};
};

}  // namespace ferry

#endif  // FERRY_BASE_ABORT_FLAG_H_
