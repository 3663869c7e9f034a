// Freed extents that wait, with their pages, for a request of their size.
#ifndef FERRY_MEMORY_EXTENT_CACHE_H_
#define FERRY_MEMORY_EXTENT_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "memory/extent.h"

namespace ferry::memory {

// Not thread-safe. The caller retires what it takes out for good.
class ExtentCache {
 public:
  void Put(std::shared_ptr<Extent> extent, Clock::time_point now);

  // The youngest extent of exactly this size (its pages are warmest), or null.
  [[nodiscard]] std::shared_ptr<Extent> Take(std::size_t bytes);

  // Takes out all extents that were put in before `limit`, oldest first.
  [[nodiscard]] std::vector<std::shared_ptr<Extent>> TakeOlderThan(Clock::time_point limit);
  [[nodiscard]] std::vector<std::shared_ptr<Extent>> TakeAll();

  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  struct Entry {
    std::shared_ptr<Extent> extent;
    Clock::time_point since;
  };

  std::list<Entry> entries_;  // oldest first
  std::uint64_t bytes_ = 0;
};

}  // namespace ferry::memory

#endif  // FERRY_MEMORY_EXTENT_CACHE_H_
