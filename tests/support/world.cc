#include "support/world.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/device_tensor.h"
#include "support/recent_message.h"

namespace ferry::support {
namespace {

constexpr std::int32_t kSynchronizeMilliseconds = 120'000;

std::string NameOf(HcclComm comm) {
  char name[COMM_NAME_MAX_LENGTH] = {};
  Check(HcclGetCommName(comm, name), "HcclGetCommName");
  return name;
}

}  // namespace

World::World(std::int32_t ep_size, std::int32_t tp_size) : ep_size_(ep_size), tp_size_(tp_size) {
  ranks_.resize(static_cast<std::size_t>(ep_size) * static_cast<std::size_t>(tp_size));
  for (std::size_t w = 0; w < ranks_.size(); ++w) {
    Rank& rank = ranks_[w];
    rank.device = static_cast<std::int32_t>(w);
    rank.ep_rank = rank.device / tp_size;
    rank.tp_rank = rank.device % tp_size;
    Check(aclrtSetDevice(rank.device), "aclrtSetDevice");
    Check(aclrtCreateContext(&rank.context, rank.device), "aclrtCreateContext");
    Check(aclrtCreateStream(&rank.stream), "aclrtCreateStream");
  }
  MakeGroups();
}

void World::MakeGroups() {
  const auto at = [&](std::int32_t ep_rank, std::int32_t tp_rank) -> Rank& {
    return ranks_[static_cast<std::size_t>(ep_rank * tp_size_ + tp_rank)];
  };
  for (std::int32_t t = 0; t < tp_size_; ++t) {
    std::vector<std::int32_t> devices;
    for (std::int32_t e = 0; e < ep_size_; ++e) devices.push_back(at(e, t).device);
    std::vector<HcclComm> comms(devices.size());
    Check(HcclCommInitAll(static_cast<std::uint32_t>(ep_size_), devices.data(), comms.data()),
          "HcclCommInitAll");
    for (std::int32_t e = 0; e < ep_size_; ++e) {
      at(e, t).ep = comms[static_cast<std::size_t>(e)];
      at(e, t).ep_name = NameOf(at(e, t).ep);
    }
  }
  if (tp_size_ == 1) return;
  for (std::int32_t e = 0; e < ep_size_; ++e) {
    std::vector<std::int32_t> devices = {at(e, 0).device, at(e, 1).device};
    std::vector<HcclComm> comms(devices.size());
    Check(HcclCommInitAll(2, devices.data(), comms.data()), "HcclCommInitAll");
    for (std::int32_t t = 0; t < tp_size_; ++t) {
      at(e, t).tp = comms[static_cast<std::size_t>(t)];
      at(e, t).tp_name = NameOf(at(e, t).tp);
    }
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
