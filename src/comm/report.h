// What a rank does at the moment, in words: for the watchdog line and for the blame in a timeout.
#ifndef FERRY_COMM_REPORT_H_
#define FERRY_COMM_REPORT_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "comm/presence.h"

namespace ferry::comm {

// `rank 3 has finished call 2 and not started call 3 (HcclBarrier ended 12 s ago)`, `rank 3 waits
// in call 2 for rank(s) 1 on group "tp0" (HcclBarrier, for 12 s)`; and whether it was destroyed,
// its last call refused, its process stopped.
[[nodiscard]] std::string DescribeRank(const Board& board, std::int32_t rank);

// `rank(s) 3, 5 did not arrive within 1836 s`, followed by whom they wait for if they wait, by the
// refusal of their last call, by whether their process is stopped or their stream has not got to
// the call, or else by the last call that they have finished, and what to do.
[[nodiscard]] std::string TimeoutCause(const Board& board, const Ranks& missing,
                                       std::chrono::nanoseconds limit);

// `rank(s) 2 did not finish reading within 1836 s; the process of rank 2 is stopped`: ranks that
// `did not` do something.
[[nodiscard]] std::string LateCause(const Board& board, const Ranks& late, std::string_view did_not,
                                    std::chrono::nanoseconds limit);

// Those of the ranks that are not known to wait for others; a stopped process waits for nobody.
[[nodiscard]] Ranks ThoseThatDoNotWait(const Board& board, const Ranks& ranks);

// Seconds as people write them: `1836`, `0.05`.
[[nodiscard]] std::string Seconds(std::chrono::nanoseconds time);

// For how long something has been so: whole seconds.
[[nodiscard]] std::string Age(std::chrono::nanoseconds age);

// Down to whole seconds, or to milliseconds below one.
[[nodiscard]] std::chrono::nanoseconds Rounded(std::chrono::nanoseconds time);

}  // namespace ferry::comm

#endif  // FERRY_COMM_REPORT_H_
