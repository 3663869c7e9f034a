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
  explicit Traffic(std::int32_t size) : peers_(static_cast<std::size_t>(size)) {}

  // The rank has read rows that `peer` published.
  void AddRead(std::int32_t peer, std::uint64_t rows, std::uint64_t bytes) {
    Add(Of(peer).rows, rows);
    Add(Of(peer).bytes, bytes);
  }
  [[nodiscard]] std::uint64_t rows_from(std::int32_t peer) const { return Get(Of(peer).rows); }
  [[nodiscard]] std::uint64_t bytes_from(std::int32_t peer) const { return Get(Of(peer).bytes); }

  // The rank waited in a meeting that ended when `peer` came, the last.
  void AddWait(std::int32_t peer, std::chrono::nanoseconds time) {
    Add(Of(peer).waited, static_cast<std::uint64_t>(time.count()));
  }
  [[nodiscard]] std::chrono::nanoseconds waited_for(std::int32_t peer) const {
    return std::chrono::nanoseconds(Get(Of(peer).waited));
  }

  // The rank waited at the release until its peers had finished reading.
  void AddReleaseWait(std::chrono::nanoseconds time) {
    Add(released_, static_cast<std::uint64_t>(time.count()));
  }
  [[nodiscard]] std::chrono::nanoseconds waited_in_release() const {
    return std::chrono::nanoseconds(Get(released_));
  }

  // What `peer` published for a call of this rank, it had to copy that much of.
  void AddStagedBy(std::int32_t peer, std::uint64_t bytes) { Add(Of(peer).staged, bytes); }
  [[nodiscard]] std::uint64_t staged_by(std::int32_t peer) const { return Get(Of(peer).staged); }

  void AddStaged(std::uint64_t bytes) { Add(staged_, bytes); }
  // Bytes copied because they did not lie in memory that other processes can read.
  [[nodiscard]] std::uint64_t staged() const { return Get(staged_); }

 private:
  using Count = std::atomic<std::uint64_t>;

  struct OfPeer {
    Count rows{0};
    Count bytes{0};
    Count waited{0};  // ns
    Count staged{0};
  };

  static void Add(Count& count, std::uint64_t more) {
    count.fetch_add(more, std::memory_order_relaxed);
  }
  static std::uint64_t Get(const Count& count) { return count.load(std::memory_order_relaxed); }
  [[nodiscard]] OfPeer& Of(std::int32_t peer) { return peers_.at(static_cast<std::size_t>(peer)); }
  [[nodiscard]] const OfPeer& Of(std::int32_t peer) const {
    return peers_.at(static_cast<std::size_t>(peer));
  }

  std::vector<OfPeer> peers_;  // by rank
  Count released_{0};          // ns
  Count staged_{0};
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_TRAFFIC_H_
