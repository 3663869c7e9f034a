// What a rank has moved and waited for, for ferry_stats.
#ifndef FERRY_COMM_TRAFFIC_H_
#define FERRY_COMM_TRAFFIC_H_

#include <atomic>
#include <cstdint>

namespace ferry::comm {

// Thread-safe. relaxed throughout: the numbers mean themselves.
class Traffic {
 public:
  void AddStaged(std::uint64_t bytes) { staged_.fetch_add(bytes, std::memory_order_relaxed); }
  // Bytes copied because they did not lie in memory that other processes can read.
  [[nodiscard]] std::uint64_t staged() const { return staged_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> staged_{0};
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_TRAFFIC_H_
