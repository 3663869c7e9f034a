// Sleeping on a 32-bit word that several processes may share.
//
// std::atomic::wait is of no use here: it never wakes another process.
#ifndef FERRY_BASE_FUTEX_H_
#define FERRY_BASE_FUTEX_H_

#include <atomic>
#include <chrono>
#include <cstdint>

namespace ferry {

// Sleeps while `*word` is `expected`, at most `timeout` (nanoseconds::max(): for ever). Returns
// false when the time was up, true otherwise; true promises nothing, so the caller looks again at
// what it waits for. Orders no memory: the caller loads `*word` (acquire) before and after.
bool FutexWait(std::atomic<std::uint32_t>* word, std::uint32_t expected,
               std::chrono::nanoseconds timeout) noexcept;

// Wakes up to `count` sleepers, of any process. INT_MAX wakes all.
void FutexWake(std::atomic<std::uint32_t>* word, int count) noexcept;

}  // namespace ferry

#endif  // FERRY_BASE_FUTEX_H_
