#include "memory/small_heap.h"

#include <iterator>
#include <utility>

namespace ferry::memory {

SmallHeap::Place SmallHeap::Take(std::size_t bytes) {
  for (auto& [base, shared] : extents_) {
    if (const auto offset = shared.space.Take(bytes)) return {shared.extent, *offset};
  }
  return {};
}

void SmallHeap::Add(std::shared_ptr<Extent> extent) {
  const std::byte* const base = extent->base();
  const std::size_t bytes = extent->bytes();
  extents_.emplace(base, Shared{std::move(extent), FreeSpace(bytes)});
}

std::shared_ptr<Extent> SmallHeap::Give(const std::byte* address, std::size_t bytes) {
  const auto found = std::prev(extents_.upper_bound(address));
  Shared& shared = found->second;
  shared.space.Give(static_cast<std::size_t>(address - found->first), bytes);
  if (!shared.space.all_free()) return nullptr;
  std::shared_ptr<Extent> extent = std::move(shared.extent);
  extents_.erase(found);
  return extent;
}

}  // namespace ferry::memory
