// FERRY_JITTER through the C API: other timing, the same results, and the same delays again. The
// seed is read once a process, so each run is a child of its own.
#include <acl/acl.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "moe/reference.h"
#include "support/moe_calls.h"
#include "support/world.h"

namespace ferry::support {
namespace {

constexpr int kRounds = 5;

moe::MoeConfig Config(std::int32_t tp_size = 1) {
  return {.ep_size = 4,
          .tp_size = tp_size,
          .num_experts = tp_size == 2 ? 4 : 8,
          .top_k = 2,
          .hidden = 1024,
          .global_batch = 12,
          .x_type = DType::kBFloat16};
}

std::vector<reference::DispatchRank> Inputs(const moe::MoeConfig& config, int round) {
  std::vector<reference::DispatchRank> ranks;
  for (std::int32_t w = 0; w < config.ep_size * config.tp_size; ++w) {
    reference::DispatchRank rank;
    rank.num_tokens = 3;
    for (std::int64_t i = 0; i < 3 * config.hidden; ++i)
      rank.x.push_back(static_cast<std::uint16_t>(0x3c00 + (i * 7 + w * 31 + round) % 900));
    for (std::int32_t t = 0; t < 3; ++t) {
      const std::int32_t first = (t + w + round) % config.num_experts;
      rank.expert_ids.push_back(first);
      rank.expert_ids.push_back((first + 3) % config.num_experts);
    }
    ranks.push_back(std::move(rank));
  }
  return ranks;
}

// Experts that give each row back as it came.
std::vector<reference::CombineRank> Returned(
    const std::vector<reference::DispatchRank>& sent,
    const std::vector<reference::DispatchResult>& received) {
  std::vector<reference::CombineRank> ranks;
  for (std::size_t w = 0; w < sent.size(); ++w) {
    reference::CombineRank rank;
    rank.num_tokens = sent[w].num_tokens;
    rank.own_rows = received[w].own_rows;
    rank.peer_rows = received[w].peer_rows;
    rank.expand_x = received[w].expand_x;
    rank.assist_info = received[w].assist_info;
    rank.expert_ids = sent[w].expert_ids;
    for (int i = 0; i < 6; ++i) rank.expert_scales.push_back(0.125F * static_cast<float>(i + 1));
    ranks.push_back(std::move(rank));
  }
  return ranks;
}

// Whether a dispatch and a combine give exactly what the oracle does.
bool RoundEqualsTheOracle(const World& world, const moe::MoeConfig& config, int round) {
  const auto inputs = Inputs(config, round);
  const auto received = reference::Dispatch(config, inputs);
  std::vector<DispatchTensors> dispatched;
  for (std::size_t w = 0; w < inputs.size(); ++w)
    dispatched.push_back(MakeDispatch(config, world.rank(w).ep_rank, inputs[w]));
  if (!AllOk(Dispatch(world, config, dispatched))) return false;
  for (std::size_t w = 0; w < inputs.size(); ++w)
    if (!HoldsDispatch(dispatched[w], received[w])) return false;

  const auto owners = Returned(inputs, received);
  const auto expected = reference::Combine(config, owners);
  std::vector<CombineTensors> combined;
  for (std::size_t w = 0; w < inputs.size(); ++w)
    combined.push_back(MakeCombineAfter(config, dispatched[w], owners[w]));
  if (!AllOk(Combine(world, config, combined))) return false;
  for (std::size_t w = 0; w < inputs.size(); ++w)
    if (!HoldsCombine(combined[w], expected[w])) return false;
  return true;
}

template <std::int32_t kTpSize>
bool EqualsTheOracle() {
  const auto config = Config(kTpSize);
  const World world(config.ep_size, kTpSize);
  for (int round = 0; round < kRounds; ++round)
    if (!RoundEqualsTheOracle(world, config, round)) return false;
  return true;
}

struct Outcome {
  bool equal = false;
  std::vector<std::string> delays;  // the lines that tell of them, sorted
};

// Whether a fill, a copy, a record and a callback on one stream of a device, and a wait and a reset
// of the event on another, come to their end.
bool RunsTasksOfEachKind() {
  aclrtStream streams[2] = {};
  aclrtEvent event = nullptr;
  void* memory = nullptr;
  std::int32_t copied = 0;
  std::atomic<bool> called{false};
  bool ok = aclrtSetDevice(0) == 0 && aclrtCreateEvent(&event) == 0 &&
            aclrtMalloc(&memory, 4, ACL_MEM_MALLOC_HUGE_FIRST) == 0;
  for (aclrtStream& stream : streams) ok = ok && aclrtCreateStream(&stream) == 0;
  std::thread server([&] {
    while (!called) (void)aclrtProcessReport(100);
  });
  const auto call = [](void* flag) { *static_cast<std::atomic<bool>*>(flag) = true; };
  ok = ok && aclrtSubscribeReport(server.native_handle(), streams[0]) == 0 &&
       aclrtMemsetAsync(memory, 4, 1, 4, streams[0]) == 0 &&
       aclrtMemcpyAsync(&copied, 4, memory, 4, ACL_MEMCPY_DEVICE_TO_HOST, streams[0]) == 0 &&
       aclrtRecordEvent(event, streams[0]) == 0 &&
       aclrtLaunchCallback(call, &called, ACL_CALLBACK_BLOCK, streams[0]) == 0 &&
       aclrtStreamWaitEvent(streams[1], event) == 0 && aclrtResetEvent(event, streams[1]) == 0;
  for (aclrtStream stream : streams) ok = ok && aclrtSynchronizeStream(stream) == 0;
  called = true;  // whatever failed
  server.join();
  return ok && copied == 0x01010101;
}

std::ptrdiff_t CountOf(const std::string& part, const std::vector<std::string>& lines) {
  return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.find(part) != std::string::npos;
  });
}

// In a child with this seed.
Outcome RunWith(const std::string& seed, bool (*program)() = EqualsTheOracle<1>) {
  char path[] = "/tmp/ferry_jitter_XXXXXX";
  const int log = ::mkstemp(path);
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("FERRY_JITTER", seed.c_str(), 1);
    ::setenv("FERRY_LOG", "debug", 1);
    ::dup2(log, STDERR_FILENO);
    ::_exit(program() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  ::close(log);
  Outcome run{.equal = status == 0, .delays = {}};
  std::ifstream lines(path);
  for (std::string line; std::getline(lines, line);)
    if (line.find("jitter: ") != std::string::npos) run.delays.push_back(line);
  ::unlink(path);
  std::sort(run.delays.begin(), run.delays.end());
  return run;
}

TEST(Jitter, ChangesNoResult) {
  for (const char* const seed : {"0", "1", "2", "-7", "123456789"}) {
    EXPECT_TRUE(RunWith(seed).equal) << "FERRY_JITTER=" << seed;
    EXPECT_TRUE(RunWith(seed, EqualsTheOracle<2>).equal) << "with TP, FERRY_JITTER=" << seed;
  }
}

TEST(Jitter, DelaysTheSameStepsBySameAmountsAgain) {
  const Outcome first = RunWith("17");
  const Outcome second = RunWith("17");
  // Five steps of each call on each rank, and the task that runs it.
  EXPECT_EQ(first.delays.size(), static_cast<std::size_t>(6 * 2 * kRounds * Config().ep_size));
  EXPECT_EQ(first.delays, second.delays);
  EXPECT_NE(first.delays, RunWith("18").delays);
}

TEST(Jitter, DelaysTasksOfEachKindOnEachStream) {
  const Outcome first = RunWith("17", RunsTasksOfEachKind);
  const Outcome second = RunWith("17", RunsTasksOfEachKind);
  EXPECT_TRUE(first.equal);
  for (const char* const task :
       {"device 0 stream 1 task 1:", "device 0 stream 1 task 2:", "device 0 stream 1 task 3:",
        "device 0 stream 1 task 4:", "device 0 stream 2 task 1:", "device 0 stream 2 task 2:"})
    EXPECT_EQ(CountOf(task, first.delays), 1) << task;
  EXPECT_EQ(first.delays.size(), 6U);
  EXPECT_EQ(first.delays, second.delays);
}

TEST(Jitter, IsSilentWithoutASeed) {
  const Outcome run = RunWith("");
  EXPECT_TRUE(run.equal);
  EXPECT_TRUE(run.delays.empty());
}

}  // namespace
}  // namespace ferry::support
