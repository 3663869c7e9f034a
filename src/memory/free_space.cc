#include "memory/free_space.h"

#include <iterator>

namespace ferry::memory {

std::optional<std::size_t> FreeSpace::Take(std::size_t bytes) {
  for (auto gap = free_.begin(); gap != free_.end(); ++gap) {
    const auto [offset, size] = *gap;
    if (size < bytes) continue;
    free_.erase(gap);
    if (size > bytes) free_.emplace(offset + bytes, size - bytes);
    return offset;
  }
  return std::nullopt;
}

void FreeSpace::Give(std::size_t offset, std::size_t bytes) {
  const auto next = free_.lower_bound(offset);
  auto gap = next;
  const bool joins_previous =
      next != free_.begin() && std::prev(next)->first + std::prev(next)->second == offset;
  if (joins_previous) {
    gap = std::prev(next);
    gap->second += bytes;
  } else {
    gap = free_.emplace_hint(next, offset, bytes);
  }
  if (next != free_.end() && gap->first + gap->second == next->first) {
    gap->second += next->second;
    free_.erase(next);
  }
}

}  // namespace ferry::memory
