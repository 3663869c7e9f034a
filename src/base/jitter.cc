#include "base/jitter.h"

#include <fmt/format.h>
#include <sched.h>
#include <time.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <string>

#include "base/log.h"

namespace ferry::jitter {
namespace {

constexpr std::array kNames = {"enqueue", "publish", "meet", "move", "release", "task"};

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

std::string WhereText(Step step, const Lane& lane, std::uint64_t number) {
  const char* const name = kNames.at(static_cast<std::size_t>(step));
  return step == Step::kTask
             ? fmt::format("device {} stream {} {} {}", lane.number, lane.stream, name, number)
             : fmt::format("rank {} call {} {}", lane.number, number, name);
}

}  // namespace

Lane NewStream(std::int32_t device) {
  if (!env::JitterSeed()) return {.number = device};
  constexpr std::size_t kMostDevices = 4096;
  // relaxed: the numbers mean themselves. No lock, which a fork could leave locked for ever.
  static std::array<std::atomic<std::int32_t>, kMostDevices> made{};
  std::atomic<std::int32_t>& count = made.at(static_cast<std::uint32_t>(device) % kMostDevices);
  return {.number = device, .stream = count.fetch_add(1, std::memory_order_relaxed) + 1};
}

Delay DelayAt(std::int64_t seed, Step step, const Lane& lane, std::uint64_t number) {
  std::uint64_t hash = Mix(static_cast<std::uint64_t>(seed));
  hash = Mix(hash ^ static_cast<std::uint64_t>(step));
  hash = Mix(hash ^ static_cast<std::uint32_t>(lane.number));
  hash = Mix(hash ^ static_cast<std::uint32_t>(lane.stream));
  hash = Mix(hash ^ number);
  const auto kind = hash % 8;
  const auto amount = hash >> 8;
  if (kind < 3) return {};
  if (kind < 5) return {.yields = static_cast<std::int32_t>(1 + amount % 8)};
  // From shorter than a hop between threads to longer than a whole call: 1 us to 2 ms.
  return {.microseconds = std::int32_t{1} << (amount % 12)};
}

void WaitAt(std::int64_t seed, Step step, const Lane& lane, std::uint64_t number) {
  const Delay delay = DelayAt(seed, step, lane, number);
  if (env::GetLogLevel() == env::LogLevel::kDebug) {
    log::Debug(fmt::format("jitter: {}: {} yields, {} us", WhereText(step, lane, number),
                           delay.yields, delay.microseconds));
  }
  for (std::int32_t i = 0; i < delay.yields; ++i) ::sched_yield();
  if (delay.microseconds > 0) Sleep(delay.microseconds);
}

}  // namespace ferry::jitter
