// Communicators whose ranks live in several processes.
#include <hccl/hccl.h>

#include <cstring>
#include <memory>
#include <vector>

#include "capi/comm_config.h"
#include "capi/communicators.h"
#include "capi/hccl_guard.h"
#include "comm/communicator.h"
#include "comm/join/rank_table.h"
#include "comm/join/secret_file.h"
#include "runtime/device.h"

namespace comm = ferry::comm;
using ferry::Code;
using ferry::Require;
using ferry::capi::CommOptions;
using ferry::capi::Communicators;
using ferry::capi::HcclGuard;
using ferry::capi::RequireHcclNotNull;

namespace {

// Of the parent's ranks, none: a rank that does not take part says so with this id.
constexpr uint64_t kNoSubgroup = 0xffffffff;

comm::RankSpec CheckedRank(uint32_t size, uint32_t rank, const std::string& name) {
  Require(size >= 1 && size <= static_cast<uint32_t>(comm::kMaxJoinSize), Code::kHcclPara,
          "nRanks is {}; must be in [1, {}]", size, comm::kMaxJoinSize);
  Require(rank < size, Code::kHcclPara, "rank is {}; must be in [0, {})", rank, size);
  return {.size = static_cast<int32_t>(size),
          .rank = static_cast<int32_t>(rank),
          .device = ferry::runtime::CurrentDevice(),
          .name = name};
}

void InitByRootInfo(uint32_t size, const HcclRootInfo* root, uint32_t rank,
                    const CommOptions& options, HcclComm* handle) {
  RequireHcclNotNull(root, "rootInfo");
  RequireHcclNotNull(handle, "comm");
  const auto spec = CheckedRank(size, rank, options.name);
  const auto info =
      comm::ParseRootInfo(std::span<const char, comm::kRootInfoBytes>(root->internal));
  *handle = Communicators().Add(comm::JoinByRoot(info, spec, options.member));
}

void InitByRankTable(const char* path, uint32_t rank, const CommOptions& options,
                     HcclComm* handle) {
  RequireHcclNotNull(path, "clusterInfo");
  RequireHcclNotNull(handle, "comm");
  const comm::RankTable table = comm::ReadRankTable(path);
  const auto spec = CheckedRank(static_cast<uint32_t>(table.ranks.size()), rank, options.name);
  Require(spec.device == table.ranks[rank].device, Code::kHcclPara,
          "the current device is {}; must be {}, the device_id of rank {} in {}", spec.device,
          table.ranks[rank].device, rank, path);
  *handle = Communicators().Add(
      comm::JoinByEndpoint(table.endpoint, comm::SecretOfEnvironment(), spec, options.member));
}

void InitSubgroup(HcclComm* parent, std::vector<int32_t> ranks, uint64_t id, uint32_t rank,
                  const CommOptions& options, HcclComm* handle) {
  const auto member = ferry::capi::FindCommunicator(*parent, "*comm");
  const comm::RankSpec spec = {.size = static_cast<int32_t>(ranks.size()),
                               .rank = static_cast<int32_t>(rank),
                               .device = member->device(),
                               .name = options.name};
  *handle = Communicators().Add(comm::JoinSubgroup(*member, ranks, id, spec, options.member));
}

}  // namespace

HcclResult HcclGetRootInfo(HcclRootInfo* rootInfo) {
  return HcclGuard("HcclGetRootInfo", [&] {
    RequireHcclNotNull(rootInfo, "rootInfo");
    const auto bytes = comm::EncodeRootInfo(comm::MakeRoot());
    std::memcpy(rootInfo->internal, bytes.data(), bytes.size());
  });
}

HcclResult HcclCommInitRootInfo(uint32_t nRanks, const HcclRootInfo* rootInfo, uint32_t rank,
                                HcclComm* comm) {
  return HcclGuard("HcclCommInitRootInfo", [&] {
    InitByRootInfo(nRanks, rootInfo, rank, ferry::capi::DefaultCommOptions(), comm);
  });
}

HcclResult HcclCommInitRootInfoConfig(uint32_t nRanks, const HcclRootInfo* rootInfo, uint32_t rank,
                                      const HcclCommConfig* config, HcclComm* comm) {
  return HcclGuard("HcclCommInitRootInfoConfig", [&] {
    InitByRootInfo(nRanks, rootInfo, rank, ferry::capi::ReadCommConfig(config), comm);
  });
}

HcclResult HcclCommInitClusterInfo(const char* clusterInfo, uint32_t rank, HcclComm* comm) {
  return HcclGuard("HcclCommInitClusterInfo", [&] {
    InitByRankTable(clusterInfo, rank, ferry::capi::DefaultCommOptions(), comm);
  });
}

HcclResult HcclCommInitClusterInfoConfig(const char* clusterInfo, uint32_t rank,
                                         HcclCommConfig* config, HcclComm* comm) {
  return HcclGuard("HcclCommInitClusterInfoConfig", [&] {
    InitByRankTable(clusterInfo, rank, ferry::capi::ReadCommConfig(config), comm);
  });
}

HcclResult HcclCreateSubCommConfig(HcclComm* comm, uint32_t rankNum, uint32_t* rankIds,
                                   uint64_t subCommId, uint32_t subCommRankId,
                                   HcclCommConfig* config, HcclComm* subComm) {
  return HcclGuard("HcclCreateSubCommConfig", [&] {
    RequireHcclNotNull(comm, "comm");
    RequireHcclNotNull(subComm, "subComm");
    if (rankIds == nullptr && subCommId == kNoSubgroup) {
      (void)ferry::capi::FindCommunicator(*comm, "*comm");
      *subComm = nullptr;
      return;
    }
    RequireHcclNotNull(rankIds, "rankIds");
    const auto parent = ferry::capi::FindCommunicator(*comm, "*comm");
    // Before `rankIds` is read: it has rankNum elements.
    const auto size = static_cast<uint32_t>(parent->size());
    Require(rankNum >= 1 && rankNum <= size, Code::kHcclPara, "rankNum is {}; must be in [1, {}]",
            rankNum, size);
    std::vector<int32_t> ranks;
    for (uint32_t i = 0; i < rankNum; ++i) {
      Require(rankIds[i] < size, Code::kHcclPara, "rankIds[{}] is {}; must be in [0, {})", i,
              rankIds[i], size);
      ranks.push_back(static_cast<int32_t>(rankIds[i]));
    }
    InitSubgroup(comm, std::move(ranks), subCommId, subCommRankId,
                 ferry::capi::ReadCommConfig(config), subComm);
  });
}
