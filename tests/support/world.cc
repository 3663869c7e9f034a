#include "support/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "support/device_tensor.h"
#include "support/recent_message.h"

namespace ferry::support {
namespace {

constexpr std::int32_t kSynchronizeMilliseconds = 120'000;

}  // namespace

World::World(std::int32_t ep_size, std::int32_t tp_size) : ep_size_(ep_size), tp_size_(tp_size) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(ep_size * tp_size));
  std::iota(all.begin(), all.end(), 0);
  MakeRanks(all);
  MakeGroups();
}

World::World(std::int32_t ep_size, std::int32_t tp_size, const Joining& joining)
    : ep_size_(ep_size), tp_size_(tp_size) {
  MakeRanks(joining.world_ranks);
  JoinGroups(joining);
}

void World::MakeRanks(const std::vector<std::int32_t>& world_ranks) {
  for (const std::int32_t world_rank : world_ranks) {
    Rank& rank = ranks_.emplace_back();
    rank.device = static_cast<std::int32_t>(ranks_.size() - 1);
    rank.world_rank = world_rank;
    rank.ep_rank = world_rank / tp_size_;
    rank.tp_rank = world_rank % tp_size_;
    Check(aclrtSetDevice(rank.device), "aclrtSetDevice");
    Check(aclrtCreateContext(&rank.context, rank.device), "aclrtCreateContext");
    Check(aclrtCreateStream(&rank.stream), "aclrtCreateStream");
  }
}

World::~World() {
  for (const Rank& rank : ranks_) {
    EXPECT_EQ(HcclCommDestroy(rank.ep), HCCL_SUCCESS);
    if (rank.tp != nullptr) {
      EXPECT_EQ(HcclCommDestroy(rank.tp), HCCL_SUCCESS);
    }
    EXPECT_EQ(aclrtDestroyStream(rank.stream), ACL_SUCCESS);
    EXPECT_EQ(aclrtDestroyContext(rank.context), ACL_SUCCESS);
    EXPECT_EQ(aclrtResetDevice(rank.device), ACL_SUCCESS);
  }
}

void World::Use(std::size_t w) const {
  Check(aclrtSetCurrentContext(ranks_[w].context), "aclrtSetCurrentContext");
}

bool World::Prepare(const FirstPhase& first, std::vector<Launch>& launches,
                    std::vector<Outcome>& outcomes) const {
  bool all_ok = true;
  for (std::size_t w = 0; w < size(); ++w) {
    Use(w);
    Launch& launch = launches[w];
    outcomes[w].launch = first(w, &launch.workspace_bytes, &launch.executor);
    if (outcomes[w].launch != 0) {
      outcomes[w].message = RecentMessage();
      launch.executor = nullptr;
      all_ok = false;
    } else if (launch.workspace_bytes > 0) {
      Check(aclrtMalloc(&launch.workspace, launch.workspace_bytes, ACL_MEM_MALLOC_HUGE_FIRST),
            "aclrtMalloc of a workspace");
    }
  }
  return all_ok;
}

void World::Execute(SecondPhase second, const std::vector<Launch>& launches,
                    std::vector<Outcome>& outcomes) const {
  for (std::size_t w = 0; w < size(); ++w) {
    Use(w);
    const Launch& launch = launches[w];
    outcomes[w].launch =
        second(launch.workspace, launch.workspace_bytes, launch.executor, ranks_[w].stream);
    if (outcomes[w].launch != 0) outcomes[w].message = RecentMessage();
  }
  Finish(outcomes);
}

std::vector<Outcome> World::Run(const FirstPhase& first, SecondPhase second,
                                const std::function<void()>& between) const {
  std::vector<Launch> launches(size());
  std::vector<Outcome> outcomes(size());
  const auto each_executor = [&](auto function, const char* name) {
    for (const Launch& launch : launches) {
      if (launch.executor != nullptr) Check(function(launch.executor), name);
    }
  };
  const bool prepared = Prepare(first, launches, outcomes);
  if (prepared && between) {
    each_executor(aclSetAclOpExecutorRepeatable, "aclSetAclOpExecutorRepeatable");
  }
  if (prepared) Execute(second, launches, outcomes);
  const auto ok = [](const Outcome& outcome) { return outcome.ok(); };
  if (prepared && between && std::all_of(outcomes.begin(), outcomes.end(), ok)) {
    between();
    Execute(second, launches, outcomes);
  }
  if (!prepared || between) each_executor(aclDestroyAclOpExecutor, "aclDestroyAclOpExecutor");
  for (const Launch& launch : launches) {
    if (launch.workspace != nullptr) Check(aclrtFree(launch.workspace), "aclrtFree");
  }
  return outcomes;
}

void World::Finish(std::vector<Outcome>& outcomes) const {
  for (std::size_t w = 0; w < size(); ++w) {
    Use(w);
    outcomes[w].finish =
        aclrtSynchronizeStreamWithTimeout(ranks_[w].stream, kSynchronizeMilliseconds);
    if (outcomes[w].finish != 0) outcomes[w].message = RecentMessage();
  }
}

std::vector<Outcome> World::Synchronize() const {
  std::vector<Outcome> outcomes(size());
  Finish(outcomes);
  return outcomes;
}

}  // namespace ferry::support
