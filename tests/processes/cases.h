// What the group tests have in common: their parameters, and what ranks are expected to say.
#ifndef FERRY_TESTS_PROCESSES_CASES_H_
#define FERRY_TESTS_PROCESSES_CASES_H_

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "processes/launch.h"
#include "support/faulty_group.h"

namespace ferry::testing {

// Threads, and processes unless this is a build under the thread sanitizer, which does not follow
// memory shared between processes.
std::vector<Distance> Distances();

using SizedCase = std::tuple<Distance, std::int32_t>;  // and the number of ranks

std::string NameOf(Step step);
std::string NameOfCase(const ::testing::TestParamInfo<Distance>& info);
std::string NameOfSizedCase(const ::testing::TestParamInfo<SizedCase>& info);

// Every rank finished and said exactly `lines`.
void ExpectAllSay(const std::vector<RankEnd>& ends, const std::vector<std::string>& lines);

// Waits until all `num_ranks` of the rank's EP group have come here for the `times`-th time.
void AwaitAll(const RankRun& run, std::uint32_t times);

// "quick" when less than 2 s have passed since `start`, else the time.
std::string IsQuick(std::chrono::steady_clock::time_point start);

}  // namespace ferry::testing

#endif  // FERRY_TESTS_PROCESSES_CASES_H_
