#include "processes/cases.h"

#include <fmt/core.h>

namespace ferry::testing {
namespace {

constexpr std::size_t kMeetingFlag = kNumFlags - 1;

std::string NameOf(Distance distance) {
  constexpr const char* kNames[] = {"Threads", "Processes", "Segments"};
  return kNames[static_cast<std::size_t>(distance)];
}

}  // namespace

std::vector<Distance> Distances() {
#if defined(__has_feature)
#define FERRY_HAS_FEATURE(x) __has_feature(x)
#else
#define FERRY_HAS_FEATURE(x) 0
#endif
#if defined(__SANITIZE_THREAD__) || FERRY_HAS_FEATURE(thread_sanitizer)
  return {Distance::kThreads};
#else
  return {Distance::kThreads, Distance::kProcesses, Distance::kSegments};
#endif
}

std::string NameOf(Step step) {
  constexpr const char* kNames[] = {"BeforePublish", "AfterPublish", "AfterMeet", "BeforeRelease",
                                    "AfterRelease"};
  return kNames[static_cast<std::size_t>(step)];
}

std::string NameOfCase(const ::testing::TestParamInfo<Distance>& info) {
  return NameOf(info.param);
}

std::string NameOfSizedCase(const ::testing::TestParamInfo<SizedCase>& info) {
  return fmt::format("{}{}", NameOf(std::get<0>(info.param)), std::get<1>(info.param));
}

void ExpectAllSay(const std::vector<RankEnd>& ends, const std::vector<std::string>& lines) {
  for (std::size_t r = 0; r < ends.size(); ++r) {
    EXPECT_TRUE(ends[r].finished) << "rank " << r << ", signal " << ends[r].signal;
    EXPECT_EQ(ends[r].lines, lines) << "rank " << r;
  }
}

void AwaitAll(const RankRun& run, std::uint32_t times) {
  ++run.flags[kMeetingFlag];
  run.AwaitFlag(kMeetingFlag, times * static_cast<std::uint32_t>(run.num_ranks));
}

std::string IsQuick(std::chrono::steady_clock::time_point start) {
  const auto passed = std::chrono::steady_clock::now() - start;
  if (passed < std::chrono::seconds(2)) return "quick";
  return fmt::format("slow: {} s", std::chrono::duration<double>(passed).count());
}

}  // namespace ferry::testing
