// What a rank has moved and waited for, for ferry_stats.
#ifndef FERRY_COMM_TRAFFIC_H_
#define FERRY_COMM_TRAFFIC_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ferry::comm {

// Thread-safe. relaxed throughout: the numbers mean themselves.
class Traffic {
 public:
  // Of a rank of a group of `size`.
  explicit Traffic(std::int32_t size) : waited_(static_cast<std::size_t>(size)) {}

  // The rank waited in a meeting that ended when `peer` came, the last.
  void AddWait(std::int32_t peer, std::chrono::nanoseconds time) {
    waited_.at(static_cast<std::size_t>(peer))
        .fetch_add(static_cast<std::uint64_t>(time.count()), std::memory_order_relaxed);
  }
  [[nodiscard]] std::chrono::nanoseconds waited_for(std::int32_t peer) const {
    return std::chrono::nanoseconds(
        waited_.at(static_cast<std::size_t>(peer)).load(std::memory_order_relaxed));
  }

  // The rank waited at the release until its peers had finished reading.
  void AddReleaseWait(std::chrono::nanoseconds time) {
    released_.fetch_add(static_cast<std::uint64_t>(time.count()), std::memory_order_relaxed);
  }
  [[nodiscard]] std::chrono::nanoseconds waited_in_release() const {
    return std::chrono::nanoseconds(released_.load(std::memory_order_relaxed));
  }

  void AddStaged(std::uint64_t bytes) { staged_.fetch_add(bytes, std::memory_order_relaxed); }
  // Bytes copied because they did not lie in memory that other processes can read.
  [[nodiscard]] std::uint64_t staged() const { return staged_.load(std::memory_order_relaxed); }

 private:
  std::vector<std::atomic<std::uint64_t>> waited_;  // ns, by rank
  std::atomic<std::uint64_t> released_{0};          // ns
  std::atomic<std::uint64_t> staged_{0};
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_TRAFFIC_H_
