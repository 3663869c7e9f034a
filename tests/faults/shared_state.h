// What the ranks of a case and the test that started them share.
#ifndef FERRY_TESTS_FAULTS_SHARED_STATE_H_
#define FERRY_TESTS_FAULTS_SHARED_STATE_H_

#include <hccl/hccl.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>

#include "faults/fault_case.h"

namespace ferry::faults {

inline constexpr int kGroups = 3;  // that a case makes one after the other
inline constexpr int kMaxInodes = 64;

// What one rank says. Written by it, read when it has ended.
struct Report {
  std::int64_t called_at;  // ns: the call that failed
  std::int64_t heard_at;   // ns: its end
  char heard[1024];        // "ok", or the sentence
  char wrong[1024];        // what the test finds wrong, "" if nothing
};

struct SharedState {
  HcclRootInfo roots[kGroups];
  std::atomic<int> roots_there[kGroups];
  std::atomic<int> asleep;              // the victim is about to wait where it is to be struck
  std::atomic<int> strike;              // tells the victim's other thread
  std::atomic<int> accepted;            // ranks that wait for the group to be complete
  std::atomic<int> struck;              // the victim has ended, been stopped, or left
  std::atomic<std::int64_t> struck_at;  // ns
  std::atomic<int> heard;               // ranks that have heard of it
  std::atomic<int> recovered;           // ranks that have made new groups
  std::atomic<int> victim_ended;
  std::atomic<int> num_inodes;
  std::atomic<std::uint64_t> inodes[kMaxInodes];  // of the sockets of the ranks
  Report reports[kRanks];
};

[[nodiscard]] inline std::int64_t Now() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

// Waits up to 20 s; false if `flag` does not come.
inline bool Await(const std::atomic<int>& flag, int at_least = 1) {
  for (int ms = 0; ms < 20'000; ++ms) {
    if (flag.load() >= at_least) return true;
    ::usleep(1000);
  }
  return false;
}

}  // namespace ferry::faults

#endif  // FERRY_TESTS_FAULTS_SHARED_STATE_H_
