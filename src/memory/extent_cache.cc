#include "memory/extent_cache.h"

#include <algorithm>
#include <utility>

namespace ferry::memory {

void ExtentCache::Put(std::shared_ptr<Extent> extent, Clock::time_point now) {
  bytes_ += extent->bytes();
  entries_.push_back({std::move(extent), now});
}

std::shared_ptr<Extent> ExtentCache::Take(std::size_t bytes) {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [bytes](const Entry& entry) {
    return entry.extent->bytes() == bytes;
  });
  if (found == entries_.rend()) return nullptr;
  std::shared_ptr<Extent> extent = std::move(found->extent);
  entries_.erase(std::next(found).base());
  bytes_ -= bytes;
  return extent;
}

std::vector<std::shared_ptr<Extent>> ExtentCache::TakeOlderThan(Clock::time_point limit) {
  std::vector<std::shared_ptr<Extent>> old;
  while (!entries_.empty() && entries_.front().since < limit) {
    bytes_ -= entries_.front().extent->bytes();
    old.push_back(std::move(entries_.front().extent));
    entries_.pop_front();
  }
  return old;
}

std::vector<std::shared_ptr<Extent>> ExtentCache::TakeAll() {
  return TakeOlderThan(Clock::time_point::max());
}

}  // namespace ferry::memory
