// Far more ranks than cores, in one process: it works, it does not collapse, and memory follows the
// rows that exist, not the capacities.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "scale/few_tokens.h"
#include "support/world.h"

namespace ferry::support {
namespace {

double ResidentGiB() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stod(line.substr(6)) / (1 << 20);
  }
  return 0.0;
}

double Seconds(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void ExpectRoundTrip(std::int32_t ep_size, std::int32_t num_experts) {
  const FewTokens batch{
      .ep_size = ep_size, .num_experts = num_experts, .tokens = 8, .hidden = 7168};
  setenv("HCCL_BUFFSIZE", "1000000", 1);
  const World world(ep_size);
  std::vector<DispatchTensors> dispatches;
  for (std::size_t r = 0; r < world.size(); ++r) {
    world.Use(r);  // memory counts against the current device's budget
    dispatches.push_back(batch.Dispatch(r));
  }
  auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(AllOk(Dispatch(world, batch.Config(), dispatches)));
  const double dispatch_seconds = Seconds(start);
  std::vector<CombineTensors> combines;
  for (const DispatchTensors& dispatch : dispatches)
    combines.push_back(batch.CombineAfter(dispatch));
  start = std::chrono::steady_clock::now();
  ASSERT_TRUE(AllOk(Combine(world, batch.Config(), combines)));
  const double combine_seconds = Seconds(start);
  const double resident = ResidentGiB();
  std::int64_t rows = 0;
  for (std::size_t r = 0; r < dispatches.size(); ++r) {
    rows += batch.CheckRows(r, dispatches[r]);
    batch.CheckSums(r, combines[r]);
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_EQ(rows, ep_size * batch.tokens * batch.Config().top_k);
  EXPECT_LE(resident, 8.0);
  std::printf("EP %d: %ld rows of %ld; first dispatch %.3f s, combine %.3f s; %.2f GiB resident\n",
              ep_size, static_cast<long>(rows), static_cast<long>(batch.hidden), dispatch_seconds,
              combine_seconds, resident);
}

TEST(ManyRanks, SixtyFourWork) {
  ExpectRoundTrip(64, 256);
}
TEST(ManyRanks, TwoHundredFiftySixWork) {
  ExpectRoundTrip(256, 256);
}
TEST(ManyRanks, SevenHundredSixtyEightWork) {
  ExpectRoundTrip(768, 768);
}

}  // namespace
}  // namespace ferry::support
