// Communicators from a launcher's variables.
#include <ferry/launch.h>

#include <span>
#include <vector>

#include "base/env.h"
#include "base/launch.h"
#include "capi/comm_config.h"
#include "capi/communicators.h"
#include "capi/hccl_guard.h"
#include "comm/communicator.h"
#include "comm/join/secret_file.h"
#include "comm/registry.h"
#include "runtime/device.h"

namespace comm = ferry::comm;
using ferry::Code;
using ferry::Require;
using ferry::capi::HcclGuard;
using ferry::capi::RequireHcclNotNull;

namespace {

void InitFromEnvironment(std::span<const int32_t> devices, HcclComm* handles) {
  const ferry::env::Launch launch = ferry::env::RequireLaunch();
  const auto per_process = static_cast<int32_t>(devices.size());
  Require(per_process <= comm::kMaxJoinSize / launch.size, Code::kHcclPara,
          "ndev is {} in each of {} processes; must be in [1, {}]", per_process, launch.size,
          comm::kMaxJoinSize / launch.size);
  std::vector<comm::RankSpec> specs;
  for (const int32_t device : devices) {
    const auto i = static_cast<int32_t>(specs.size());
    specs.push_back({.size = per_process * launch.size,
                     .rank = launch.rank * per_process + i,
                     .device = device});
  }
  const auto members = comm::JoinAllByEndpoint(
      {.address = launch.root_address, .port = launch.root_port}, comm::SecretOfEnvironment(),
      specs, ferry::capi::DefaultCommOptions().member);
  for (std::size_t i = 0; i < members.size(); ++i)
    handles[i] = ferry::capi::Communicators().Add(members[i]);
}

}  // namespace

HcclResult ferry_launch_rank(uint32_t* rank, uint32_t* size, uint32_t* localRank) {
  return HcclGuard("ferry_launch_rank", [&] {
    const ferry::env::Launch launch = ferry::env::RequireLaunch();
    if (rank != nullptr) *rank = static_cast<uint32_t>(launch.rank);
    if (size != nullptr) *size = static_cast<uint32_t>(launch.size);
    if (localRank != nullptr) *localRank = static_cast<uint32_t>(launch.local_rank);
  });
}

HcclResult ferry_comm_init_from_env(HcclComm* comm) {
  return HcclGuard("ferry_comm_init_from_env", [&] {
    RequireHcclNotNull(comm, "comm");
    const int32_t device = ferry::runtime::CurrentDevice();
    InitFromEnvironment({&device, 1}, comm);
  });
}

HcclResult ferry_comm_init_all_from_env(uint32_t ndev, int32_t* devices, HcclComm* comms) {
  return HcclGuard("ferry_comm_init_all_from_env", [&] {
    RequireHcclNotNull(devices, "devices");
    RequireHcclNotNull(comms, "comms");
    // Before `devices` is read: it has ndev elements.
    const auto count = static_cast<uint32_t>(ferry::env::DeviceCount());
    Require(ndev >= 1 && ndev <= count, Code::kHcclPara, "ndev is {}; must be in [1, {}]", ndev,
            count);
    comm::CheckDevices({devices, devices + ndev});
    InitFromEnvironment({devices, ndev}, comms);
  });
}
