// Sleeping on a word that other threads and other processes of this host change.
//
// std::atomic::wait never wakes another process; these futexes are shared.
#ifndef FERRY_BASE_FUTEX_H_
#define FERRY_BASE_FUTEX_H_

#include <atomic>
#include <chrono>
#include <cstdint>

namespace ferry {

// Sleeps while *word == expected, at most `timeout`. False when the time ran out; true otherwise,
// which may be a spurious wake: callers check their condition again.
bool FutexWait(std::atomic<std::uint32_t>* word, std::uint32_t expected,
               std::chrono::nanoseconds timeout) noexcept;

// Wakes at most `count` sleepers of the word, in any process that maps it.
void FutexWake(std::atomic<std::uint32_t>* word, int count) noexcept;

}  // namespace ferry

#endif  // FERRY_BASE_FUTEX_H_
