// The one segment of a process, and what fork makes of it.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <thread>
#include <vector>

#include "base/error.h"
#include "memory/segment.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FERRY_SANITIZED 1
#elif defined(__has_feature)
#define FERRY_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define FERRY_SANITIZED 0
#endif

namespace ferry::memory {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

// Exit status of a child that runs `body`; 0 when it returned true.
template <class F>
int InChild(F body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body() ? 0 : 1);
  int status = -1;
  return ::waitpid(child, &status, 0) == child ? status : -1;
}

TEST(ProcessSegment, IsOneForAllThreads) {
  std::vector<Segment*> seen(8, nullptr);
  std::vector<std::thread> threads;
  for (Segment*& mine : seen) threads.emplace_back([&mine] { mine = &ProcessSegment(); });
  for (auto& thread : threads) thread.join();
  for (const Segment* segment : seen) EXPECT_EQ(segment, &ProcessSegment());
}

TEST(ProcessSegment, AForkedChildGetsItsOwn) {
  void* const parents = ProcessSegment().Allocate(2 * kMiB, 0);
  std::memset(parents, 1, 2 * kMiB);
  EXPECT_EQ(InChild([&] {
              Segment& own = ProcessSegment();
              const bool unknown = !own.Find(parents).has_value();
              void* const block = own.Allocate(2 * kMiB, 0);
              std::memset(block, 2, 2 * kMiB);
              own.Free(block);
              bool refused = false;
              try {
                own.Free(parents);
              } catch (const Error& error) {
                refused = error.code() == Code::kAclInvalidParam;
              }
              return unknown && refused && own.GetStatistics().allocations == 0;
            }),
            0);
  EXPECT_TRUE(ProcessSegment().Find(parents).has_value());
  EXPECT_EQ(static_cast<char*>(parents)[kMiB], 1);
  ProcessSegment().Free(parents);
}

TEST(ProcessSegment, AChildOfAChildGetsItsOwnToo) {
  void* const parents = ProcessSegment().Allocate(100, 0);
  EXPECT_EQ(InChild([&] {
              void* const childs = ProcessSegment().Allocate(100, 0);
              return InChild([&] {
                       return !ProcessSegment().Find(parents) && !ProcessSegment().Find(childs);
                     }) == 0;
            }),
            0);
  ProcessSegment().Free(parents);
}

TEST(Segment, AForkedChildNeverTakesItsParentsPages) {
  Segment segment({.device_limit = 100 * kMiB,
                   .physical_limit = 100 * kMiB,
                   .cache_age = std::chrono::nanoseconds(0)});
  auto* const block = static_cast<char*>(segment.Allocate(2 * kMiB, 0));
  std::memset(block, 1, 2 * kMiB);
  EXPECT_EQ(InChild([&] {
              segment.Free(block);                     // into the cache of the child's copy
              segment.Free(segment.Allocate(100, 0));  // drops what is older than nothing
              return true;
            }),
            0);
  EXPECT_EQ(block[0], 1);
  EXPECT_EQ(block[2 * kMiB - 1], 1);
}

// Not under the undefined-behaviour sanitizer: it opens a pipe to look at an object's type.
#if !defined(__SANITIZE_ADDRESS__)
TEST(Segment, ARefusedMemfdIsAClearError) {
  EXPECT_EQ(InChild([] {
              const rlimit none{.rlim_cur = 0, .rlim_max = 0};
              if (::setrlimit(RLIMIT_NOFILE, &none) != 0) return false;
              try {
                (void)ProcessSegment().Allocate(1, 0);
              } catch (const Error& error) {
                return error.code() == Code::kRtMemoryAllocation &&
                       error.message().rfind(
                           "memfd_create, where device memory comes from, "
                           "failed: Too many open files",
                           0) == 0;
              }
              return false;
            }),
            0);
}
#endif

TEST(Segment, AFileSizeLimitIsAnErrorAndNotASignal) {
  EXPECT_EQ(InChild([] {
              Segment segment;
              const rlimit limit{.rlim_cur = kMiB, .rlim_max = kMiB};
              if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
              try {
                (void)segment.Allocate(64 * kMiB, 0);
              } catch (const Error& error) {
                return error.code() == Code::kRtMemoryAllocation &&
                       error.message().find("ulimit -f") != std::string::npos;
              }
              return false;
            }),
            0);
}

// A sanitizer takes terabytes of addresses for itself.
#if !FERRY_SANITIZED
TEST(Segment, WhenAddressesRunOutTheCacheGivesItsOwn) {
  EXPECT_EQ(InChild([] {
              Segment segment({.device_limit = std::uint64_t{1} << 40,
                               .physical_limit = std::uint64_t{1} << 40,
                               .cache_age = std::chrono::hours(1)});
              segment.Free(segment.Allocate(1024 * kMiB, 0));
              const rlimit limit{.rlim_cur = 1800 * kMiB, .rlim_max = 1800 * kMiB};
              if (::setrlimit(RLIMIT_AS, &limit) != 0) return false;
              const bool second = segment.Allocate(1025 * kMiB, 0) != nullptr;
              try {
                (void)segment.Allocate(1026 * kMiB, 0);
              } catch (const Error& error) {
                return second && error.code() == Code::kRtMemoryAllocation &&
                       segment.UsageOf(0).used == 1025 * kMiB;
              }
              return false;
            }),
            0);
}
#endif

}  // namespace
}  // namespace ferry::memory
