// The groups of a World: of one process, or over several.
#include <ferry/launch.h>

#include <exception>
#include <numeric>
#include <thread>

#include "world.h"

namespace ferry::tool {
namespace {

std::string NameOf(HcclComm comm) {
  char name[COMM_NAME_MAX_LENGTH] = {};
  Check(HcclGetCommName(comm, name), "HcclGetCommName");
  return name;
}

// A group of the world's communicator, in which this rank is the one of `index`.
HcclComm Subgroup(HcclComm world, std::vector<std::uint32_t> ranks, std::int32_t index) {
  HcclCommConfig config;
  HcclCommConfigInit(&config);
  HcclComm comm = nullptr;
  Check(HcclCreateSubCommConfig(&world, static_cast<std::uint32_t>(ranks.size()), ranks.data(),
                                /*subCommId=*/1, static_cast<std::uint32_t>(index), &config, &comm),
        "HcclCreateSubCommConfig");
  return comm;
}

}  // namespace

std::vector<std::int32_t> World::EpGroup(std::int32_t tp_rank) const {
  std::vector<std::int32_t> ranks;
  for (std::int32_t e = 0; e < config_.ep_size; ++e) ranks.push_back(e * config_.tp_size + tp_rank);
  return ranks;
}

std::vector<std::int32_t> World::TpGroup(std::int32_t ep_rank) const {
  std::vector<std::int32_t> ranks(static_cast<std::size_t>(config_.tp_size));
  std::iota(ranks.begin(), ranks.end(), ep_rank * config_.tp_size);
  return ranks;
}

// One EP group per TP rank, one TP group per EP rank.
void World::CreateGroups() {
  if (share_.is_whole()) {
    CreateOwnGroups();
  } else {
    JoinGroups();
  }
  for (RankState& rank : ranks_) {
    rank.ep_name = NameOf(rank.ep_comm);
    if (rank.tp_comm != nullptr) rank.tp_name = NameOf(rank.tp_comm);
  }
  if (!share_.is_whole()) name_ = NameOf(ranks_.front().world_comm);
}

void World::CreateOwnGroups() {
  const auto create = [this](std::vector<std::int32_t> devices, HcclComm RankState::*member) {
    std::vector<HcclComm> comms(devices.size());
    Check(HcclCommInitAll(static_cast<std::uint32_t>(devices.size()), devices.data(), comms.data()),
          "HcclCommInitAll");
    for (std::size_t i = 0; i < comms.size(); ++i)
      ranks_[static_cast<std::size_t>(devices[i])].*member = comms[i];
  };
  for (std::int32_t t = 0; t < config_.tp_size; ++t) create(EpGroup(t), &RankState::ep_comm);
  if (config_.tp_size == 1) return;
  for (std::int32_t e = 0; e < config_.ep_size; ++e) create(TpGroup(e), &RankState::tp_comm);
}

// Each rank joins its groups on a thread of its own: a join returns when all ranks have come.
void World::JoinGroups() {
  std::vector<std::int32_t> devices(ranks_.size());
  std::iota(devices.begin(), devices.end(), 0);
  std::vector<HcclComm> comms(ranks_.size());
  Check(ferry_comm_init_all_from_env(static_cast<std::uint32_t>(devices.size()), devices.data(),
                                     comms.data()),
        "ferry_comm_init_all_from_env");
  std::vector<std::exception_ptr> failures(ranks_.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < ranks_.size(); ++i) {
    ranks_[i].world_comm = comms[i];
    threads.emplace_back([this, i, &failures] {
      try {
        JoinGroupsOf(ranks_[i]);
      } catch (const std::exception&) {
        failures[i] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

void World::JoinGroupsOf(RankState& rank) const {
  Check(aclrtSetCurrentContext(rank.context), "aclrtSetCurrentContext");
  const auto join = [&rank](const std::vector<std::int32_t>& ranks, std::int32_t index) {
    return Subgroup(rank.world_comm, {ranks.begin(), ranks.end()}, index);
  };
  rank.ep_comm = join(EpGroup(rank.tp_rank), rank.ep_rank);
  if (config_.tp_size > 1) rank.tp_comm = join(TpGroup(rank.ep_rank), rank.tp_rank);
}

void World::Meet() const {
  if (share_.is_whole()) return;
  for (const RankState& rank : ranks_) {
    Check(aclrtSetCurrentContext(rank.context), "aclrtSetCurrentContext");
    Check(HcclBarrier(rank.world_comm, rank.stream), "HcclBarrier");
  }
  SynchroniseAll();
}

}  // namespace ferry::tool
