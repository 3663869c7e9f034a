// Runs one body on every rank of a few groups: over threads, over forked processes that inherit the
// boards and one memory, or over forked processes that share nothing but what they ask each other
// for, as processes of different programs would.
#ifndef FERRY_TESTS_PROCESSES_LAUNCH_H_
#define FERRY_TESTS_PROCESSES_LAUNCH_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "comm/member.h"

namespace ferry::testing {

enum class Distance : std::uint8_t { kThreads, kProcesses, kSegments };

struct LaunchOptions {
  Distance distance = Distance::kThreads;
  std::int32_t num_ranks = 2;
  // Ranks of each group; empty = one group of all. A rank belongs to one or two groups.
  std::vector<std::vector<std::int32_t>> groups;
  std::chrono::nanoseconds wait_limit = std::chrono::seconds(10);
  std::chrono::nanoseconds watchdog = std::chrono::nanoseconds(0);
};

inline constexpr std::size_t kNumFlags = 8;

// What a rank's body works with.
struct RankRun {
  std::int32_t rank = 0;
  std::int32_t num_ranks = 0;
  std::shared_ptr<comm::Member> ep;             // the rank's first group
  std::shared_ptr<comm::Member> tp;             // its second group, or null
  std::atomic<std::uint32_t>* flags;            // [kNumFlags], shared by all ranks, zero at first
  std::atomic<std::int32_t>* pids;              // [ranks], of the ranks' processes
  std::function<void(const std::string&)> say;  // adds a line to the rank's journal

  // Waits until flag `index` is at least `value`; throws std::runtime_error after 10 s.
  void AwaitFlag(std::size_t index, std::uint32_t value) const;
};

struct RankEnd {
  std::vector<std::string> lines;  // what the rank said
  bool finished = false;           // the body returned
  int signal = 0;                  // that killed the rank's process
};

// Returns when every rank has ended. A rank that throws says `exception: <what>`; ranks that hang
// for 30 s are killed (processes) or abort the test program (threads).
std::vector<RankEnd> Launch(const LaunchOptions& options,
                            const std::function<void(RankRun& run)>& body);

}  // namespace ferry::testing

#endif  // FERRY_TESTS_PROCESSES_LAUNCH_H_
