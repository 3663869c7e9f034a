// Opaque handles that are never used twice, so that a destroyed or foreign one is always
// recognised.
#ifndef FERRY_RUNTIME_HANDLE_TABLE_H_
#define FERRY_RUNTIME_HANDLE_TABLE_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/live_objects.h"
#include "runtime/handle_kind.h"

namespace ferry::runtime {

template <class T>
class HandleTable {
 public:
  explicit HandleTable(HandleKind kind)
      : kind_(kind), base_(kTag | static_cast<std::uint64_t>(kind) << kKindShift) {}

  // For an object that the program is to end.
  [[nodiscard]] void* Add(std::shared_ptr<T> object) {
    void* const handle = AddOwn(std::move(object));
    live::Born(WordsOf(kind_), handle);
    return handle;
  }

  // For one that Ferry ends: no leak when it is still there at the end.
  [[nodiscard]] void* AddOwn(std::shared_ptr<T> object) {
    const std::unique_lock lock(mutex_);
    const std::uint64_t number = base_ | (++last_ << 4);
    objects_.emplace(number, std::move(object));
    return reinterpret_cast<void*>(number);  // NOLINT(performance-no-int-to-ptr): never followed
  }

  // Null for a handle that is unknown or was removed.
  [[nodiscard]] std::shared_ptr<T> Find(const void* handle) const {
    const std::shared_lock lock(mutex_);
    const auto found = objects_.find(reinterpret_cast<std::uint64_t>(handle));
    return found == objects_.end() ? nullptr : found->second;
  }

  // The object that the handle stood for; null if it stood for none.
  std::shared_ptr<T> Remove(const void* handle) { return Take(handle, live::Died); }

  // The same, when it goes with its device: a leak if the program was to end it.
  std::shared_ptr<T> Lose(const void* handle) { return Take(handle, live::Lost); }

  // Puts change(object) in the place of the object, in one step, and returns true; false if the
  // handle stands for none. Whoever holds the old object keeps it as it was.
  template <class Change>
  bool Update(const void* handle, const Change& change) {
    const std::unique_lock lock(mutex_);
    const auto found = objects_.find(reinterpret_cast<std::uint64_t>(handle));
    if (found == objects_.end()) return false;
    found->second = change(std::as_const(*found->second));
    return true;
  }

  // In the order in which they were added.
  [[nodiscard]] std::vector<std::pair<void*, std::shared_ptr<T>>> All() const {
    const std::shared_lock lock(mutex_);
    std::vector<std::pair<void*, std::shared_ptr<T>>> all;
    all.reserve(objects_.size());
    for (const auto& [number, object] : objects_) {
      all.emplace_back(reinterpret_cast<void*>(number), object);  // NOLINT
    }
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return std::less<>()(a.first, b.first); });
    return all;
  }

 private:
  // Not an address that x86-64 or AArch64 user space can have: following a handle faults at once.
  static constexpr std::uint64_t kTag = 0x7e00'0000'0000'0000ULL;
  static constexpr int kKindShift = 48;

  template <class Tell>
  std::shared_ptr<T> Take(const void* handle, const Tell& tell) {
    const std::unique_lock lock(mutex_);
    const auto found = objects_.find(reinterpret_cast<std::uint64_t>(handle));
    if (found == objects_.end()) return nullptr;
    tell(handle);
    std::shared_ptr<T> object = std::move(found->second);
    objects_.erase(found);
    return object;
  }

  const HandleKind kind_;
  const std::uint64_t base_;
  mutable std::shared_mutex mutex_;
  std::uint64_t last_ = 0;                                         // guarded by mutex_
  std::unordered_map<std::uint64_t, std::shared_ptr<T>> objects_;  // guarded by mutex_
};

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_HANDLE_TABLE_H_
