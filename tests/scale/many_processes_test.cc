// Far more processes than cores, with the descriptors that a login shell gives each of them: they
// join, dispatch and combine. FERRY_MANY_PROCESSES is their number, up to 768, of which each pair
// meets for the first time: that takes a minute.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "scale/few_tokens.h"
#include "support/crowd.h"
#include "support/world.h"

namespace ferry::support {
namespace {

constexpr rlim_t kDescriptors = 1024;

void LimitDescriptors() {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = std::min(limit.rlim_cur, kDescriptors);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

double Seconds(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The part of the process `member`: rank member.index().
void RunPart(const Member& member, const FewTokens& batch) {
  LimitDescriptors();
  const auto start = std::chrono::steady_clock::now();
  const auto rank = static_cast<std::int32_t>(member.index());
  const World world(batch.ep_size, 1,
                    {.world_ranks = {rank}, .root_info = [&](std::size_t group, bool is_maker) {
                       return member.RootInfo(group, is_maker);
                     }});
  member.At(1);
  const double joined = Seconds(start);
  std::vector<DispatchTensors> dispatches;
  dispatches.push_back(batch.Dispatch(member.index()));
  ASSERT_TRUE(AllOk(Dispatch(world, batch.Config(), dispatches)));
  const double dispatched = Seconds(start);
  member.At(2);
  std::vector<CombineTensors> combines;
  combines.push_back(batch.CombineAfter(dispatches[0]));
  ASSERT_TRUE(AllOk(Combine(world, batch.Config(), combines)));
  const double combined = Seconds(start);
  member.At(3);
  (void)batch.CheckRows(member.index(), dispatches[0]);
  batch.CheckSums(member.index(), combines[0]);
  if (rank == 0)
    std::printf("%d processes: joined after %.1f s, first dispatch %.1f s, combine %.1f s\n",
                batch.ep_size, joined, dispatched - joined, combined - dispatched);
}

void ExpectRoundTrip(std::int32_t processes, std::int32_t num_experts) {
  const FewTokens batch{
      .ep_size = processes, .num_experts = num_experts, .tokens = 1, .hidden = 1024};
  setenv("HCCL_BUFFSIZE", "1000000", 1);
  setenv("HCCL_IF_IP", "127.0.0.1", 1);
  const std::vector<std::string> wrong =
      RunCrowd({.size = static_cast<std::size_t>(processes),
                .root_infos = 1,
                .body = [&](const Member& member) { RunPart(member, batch); }});
  for (const std::string& sentence : wrong) ADD_FAILURE() << sentence;
}

TEST(ManyProcesses, JoinDispatchAndCombine) {
  const char* const number = std::getenv("FERRY_MANY_PROCESSES");
  const std::int32_t processes = number == nullptr ? 128 : std::atoi(number);
  ExpectRoundTrip(processes, processes);
}

}  // namespace
}  // namespace ferry::support
