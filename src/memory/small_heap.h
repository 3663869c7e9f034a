// Many small blocks in a few shared extents.
#ifndef FERRY_MEMORY_SMALL_HEAP_H_
#define FERRY_MEMORY_SMALL_HEAP_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>

#include "memory/extent.h"
#include "memory/free_space.h"

namespace ferry::memory {

// Extents shared by the small blocks of one device. Not thread-safe.
class SmallHeap {
 public:
  // From this size on a block gets an extent of its own.
  static constexpr std::size_t kLargeBlock = std::size_t{1} << 20;
  static constexpr std::size_t kExtentBytes = std::size_t{4} << 20;

  struct Place {
    std::shared_ptr<Extent> extent;  // null: no extent has room, Add one
    std::size_t offset = 0;
  };
  [[nodiscard]] Place Take(std::size_t bytes);
  void Add(std::shared_ptr<Extent> extent);

  // Returns the extent if nothing else lies in it: the heap then no longer has it. Null otherwise.
  [[nodiscard]] std::shared_ptr<Extent> Give(const std::byte* address, std::size_t bytes);

 private:
  struct Shared {
    std::shared_ptr<Extent> extent;
    FreeSpace space;
  };

  std::map<const std::byte*, Shared> extents_;  // by base address
};

using SmallHeaps = std::unordered_map<std::int32_t, SmallHeap>;  // by device

}  // namespace ferry::memory

#endif  // FERRY_MEMORY_SMALL_HEAP_H_
