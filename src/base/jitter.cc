#include "base/jitter.h"

#include <fmt/format.h>
#include <sched.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "base/log.h"

namespace ferry::jitter {
namespace {

constexpr std::array kNames = {"enqueue", "publish", "meet", "move", "release", "callback"};

// The finaliser of SplitMix64: every bit of the input changes half of the output's.
std::uint64_t Mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

void Sleep(std::int32_t microseconds) {
  struct timespec left = {0, microseconds * 1000L};
  while (::nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

}  // namespace

Delay DelayAt(std::int64_t seed, Step step, std::int32_t rank, std::uint64_t call) {
  std::uint64_t hash = Mix(static_cast<std::uint64_t>(seed));
  hash = Mix(hash ^ static_cast<std::uint64_t>(step));
  hash = Mix(hash ^ static_cast<std::uint32_t>(rank));
  hash = Mix(hash ^ call);
  const auto kind = hash % 8;
  const auto amount = hash >> 8;
  if (kind < 3) return {};
  if (kind < 5) return {.yields = static_cast<std::int32_t>(1 + amount % 8)};
  // From shorter than a hop between threads to longer than a whole call: 1 us to 2 ms.
  return {.microseconds = std::int32_t{1} << (amount % 12)};
}

void WaitAt(std::int64_t seed, Step step, std::int32_t rank, std::uint64_t call) {
  const Delay delay = DelayAt(seed, step, rank, call);
  if (env::GetLogLevel() == env::LogLevel::kDebug) {
    log::Debug(fmt::format("jitter: rank {} call {} {}: {} yields, {} us", rank, call,
                           kNames.at(static_cast<std::size_t>(step)), delay.yields,
                           delay.microseconds));
  }
  for (std::int32_t i = 0; i < delay.yields; ++i) ::sched_yield();
  if (delay.microseconds > 0) Sleep(delay.microseconds);
}

}  // namespace ferry::jitter
