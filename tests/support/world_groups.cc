// The groups of a World: of one process, or joined with other processes.
#include <exception>
#include <thread>

#include "support/device_tensor.h"
#include "support/world.h"

namespace ferry::support {
namespace {

std::string NameOf(HcclComm comm) {
  char name[COMM_NAME_MAX_LENGTH] = {};
  Check(HcclGetCommName(comm, name), "HcclGetCommName");
  return name;
}

}  // namespace

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

// Each rank joins its groups on a thread of its own: a join returns when all ranks have come.
void World::JoinGroups(const Joining& joining) {
  std::vector<std::exception_ptr> failures(ranks_.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < ranks_.size(); ++i) {
    threads.emplace_back([this, i, &joining, &failures] {
      try {
        JoinGroupsOf(ranks_[i], joining);
      } catch (const std::exception&) {
        failures[i] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

void World::JoinGroupsOf(Rank& rank, const Joining& joining) const {
  Check(aclrtSetCurrentContext(rank.context), "aclrtSetCurrentContext");
  const auto join = [&](std::int32_t group, std::int32_t size, std::int32_t index) {
    HcclRootInfo root = joining.root_info(static_cast<std::size_t>(group), index == 0);
    HcclCommConfig config;
    HcclCommConfigInit(&config);
    HcclComm comm = nullptr;
    Check(HcclCommInitRootInfoConfig(static_cast<std::uint32_t>(size), &root,
                                     static_cast<std::uint32_t>(index), &config, &comm),
          "HcclCommInitRootInfoConfig");
    return comm;
  };
  rank.ep = join(rank.tp_rank, ep_size_, rank.ep_rank);
  rank.ep_name = NameOf(rank.ep);
  if (tp_size_ == 1) return;
  rank.tp = join(tp_size_ + rank.ep_rank, tp_size_, rank.tp_rank);
  rank.tp_name = NameOf(rank.tp);
}

}  // namespace ferry::support
