// The operators' calls of a World: both phases on all ranks.
#include <aclnnop/aclnn_moe_distribute_combine_v2.h>
#include <aclnnop/aclnn_moe_distribute_dispatch_v2.h>

#include <chrono>
#include <cstdlib>
#include <optional>

#include "base/env.h"
#include "world.h"

namespace ferry::tool {
namespace {

// Sets an environment variable for the length of one call, as a rank with a wrong setting would
// have it.
class ScopedEnv {
 public:
  ScopedEnv(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    setenv(name, value.c_str(), 1);
  }
  ScopedEnv(const ScopedEnv&) = delete;
  ScopedEnv& operator=(const ScopedEnv&) = delete;
  ~ScopedEnv() {
    if (old_) {
      setenv(name_, old_->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace

aclnnStatus World::PrepareDispatch(const World& world, const RankState& rank,
                                   std::uint64_t* workspace_size, aclOpExecutor** executor) {
  const moe::MoeConfig& config = world.config_;
  const Fault& fault = world.fault_;
  const std::int32_t w = rank.world_rank;
  std::int64_t num_experts = config.num_experts;
  if (fault.Mismatches("moeExpertNum", w)) num_experts += config.ep_size;
  std::int64_t global_batch = config.global_batch;
  if (fault.Mismatches("globalBs", w)) global_batch *= 2;
  const char* comm_alg = fault.Mismatches("commAlg", w) ? "fullmesh_v2" : nullptr;
  std::optional<ScopedEnv> wrong_setting;
  if (fault.Mismatches("HCCL_BUFFSIZE", w)) {
    wrong_setting.emplace("HCCL_BUFFSIZE", std::to_string(env::HcclBuffSizeMiB() + 1));
  }
  return aclnnMoeDistributeDispatchV2GetWorkspaceSize(
      rank.x->handle(), rank.expert_ids->handle(), nullptr, nullptr, nullptr, rank.ep_name.c_str(),
      config.ep_size, rank.ep_rank, num_experts, rank.tp_name.c_str(), config.tp_size, rank.tp_rank,
      /*expertShardType=*/0, /*sharedExpertNum=*/1,
      /*sharedExpertRankNum=*/0, /*quantMode=*/0, global_batch, /*expertTokenNumsType=*/1, comm_alg,
      rank.expand_x->handle(), rank.dynamic_scales->handle(), rank.assist_info->handle(),
      rank.expert_token_nums->handle(), rank.ep_recv_counts->handle(),
      rank.tp_recv_counts->handle(), nullptr, workspace_size, executor);
}

aclnnStatus World::PrepareCombine(const World& world, const RankState& rank,
                                  std::uint64_t* workspace_size, aclOpExecutor** executor) {
  const moe::MoeConfig& config = world.config_;
  return aclnnMoeDistributeCombineV2GetWorkspaceSize(
      rank.expand_x->handle(), rank.expert_ids->handle(), rank.assist_info->handle(),
      rank.ep_recv_counts->handle(), rank.expert_scales->handle(), rank.tp_recv_counts->handle(),
      nullptr, nullptr, nullptr, nullptr, nullptr,
      world.has_shared_expert_ ? rank.shared_expert_x->handle() : nullptr, rank.ep_name.c_str(),
      config.ep_size, rank.ep_rank, config.num_experts, rank.tp_name.c_str(), config.tp_size,
      rank.tp_rank, /*expertShardType=*/0, /*sharedExpertNum=*/1, /*sharedExpertRankNum=*/0,
      config.global_batch, /*outDtype=*/0, /*commQuantMode=*/0, /*groupListType=*/0, nullptr,
      rank.combined_x->handle(), workspace_size, executor);
}

double World::Launch(const char* api,
                     aclnnStatus (*phase1)(const World&, const RankState&, std::uint64_t*,
                                           aclOpExecutor**),
                     aclnnStatus (*phase2)(void*, std::uint64_t, aclOpExecutor*, aclrtStream)) {
  std::vector<aclOpExecutor*> executors(ranks_.size());
  std::vector<std::unique_ptr<DeviceTensor>> workspaces(ranks_.size());
  std::vector<std::uint64_t> workspace_sizes(ranks_.size());
  for (std::size_t w = 0; w < ranks_.size(); ++w) {
    Check(aclrtSetCurrentContext(ranks_[w].context), "aclrtSetCurrentContext");
    Check(phase1(*this, ranks_[w], &workspace_sizes[w], &executors[w]), api);
    if (workspace_sizes[w] > 0) {
      workspaces[w] = std::make_unique<DeviceTensor>(
          std::vector<std::int64_t>{static_cast<std::int64_t>(workspace_sizes[w])}, ACL_INT8);
    }
  }
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t w = 0; w < ranks_.size(); ++w) {
    if (fault_.Hits(Fault::Kind::kAbsent, ranks_[w].world_rank)) {
      Check(aclDestroyAclOpExecutor(executors[w]), "aclDestroyAclOpExecutor");
      continue;
    }
    void* workspace = workspaces[w] ? workspaces[w]->data<void>() : nullptr;
    Check(phase2(workspace, workspace_sizes[w], executors[w], ranks_[w].stream), api);
  }
  SynchroniseAll();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Every rank's result is collected before the first failure is reported: the group must be left
// usable.
void World::SynchroniseAll() const {
  std::optional<ApiError> first;
  for (const RankState& rank : ranks_) {
    try {
      Check(aclrtSynchronizeStream(rank.stream), "aclrtSynchronizeStream");
    } catch (const ApiError& error) {
      if (!first) first = error;
    }
  }
  if (first) throw *first;
}

double World::Dispatch() {
  return Launch("aclnnMoeDistributeDispatchV2", &World::PrepareDispatch,
                &aclnnMoeDistributeDispatchV2);
}

double World::Combine() {
  return Launch("aclnnMoeDistributeCombineV2", &World::PrepareCombine,
                &aclnnMoeDistributeCombineV2);
}

}  // namespace ferry::tool
