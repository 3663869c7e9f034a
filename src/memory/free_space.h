// The free parts of a range.
#ifndef FERRY_MEMORY_FREE_SPACE_H_
#define FERRY_MEMORY_FREE_SPACE_H_

#include <cstddef>
#include <map>
#include <optional>

namespace ferry::memory {

// Of [0, size). First fit by address keeps what is in use close together, so that few pages are
// touched. Not thread-safe.
class FreeSpace {
 public:
  explicit FreeSpace(std::size_t size) : size_(size), free_{{0, size}} {}

  // The offset of `bytes` > 0 that are no longer free; nothing if there is no such gap.
  [[nodiscard]] std::optional<std::size_t> Take(std::size_t bytes);
  // [offset, offset + bytes) was taken.
  void Give(std::size_t offset, std::size_t bytes);
  [[nodiscard]] bool all_free() const {
    return free_.size() == 1 && free_.begin()->second == size_;
  }

 private:
  std::size_t size_;
  std::map<std::size_t, std::size_t> free_;  // offset -> bytes; no two gaps touch
};

}  // namespace ferry::memory

#endif  // FERRY_MEMORY_FREE_SPACE_H_
