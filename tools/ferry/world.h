// The ranks of a run that one process holds: devices, streams, groups and tensors, driven through
// the C API from one thread.
#ifndef FERRY_TOOLS_FERRY_WORLD_H_
#define FERRY_TOOLS_FERRY_WORLD_H_

#include <hccl/hccl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api.h"
#include "batch.h"
#include "fault.h"
#include "gate.h"
#include "moe/config.h"
#include "presets.h"
#include "share.h"

namespace ferry::tool {

// Everything that one rank holds. World rank = ep_rank * tp_size + tp_rank, as in the seed
// document's sample.
struct RankState {
  std::int32_t world_rank = 0;
  std::int32_t ep_rank = 0;
  std::int32_t tp_rank = 0;
  aclrtContext context = nullptr;
  aclrtStream stream = nullptr;
  HcclComm world_comm = nullptr;  // of all ranks; null when they are all in this process
  HcclComm ep_comm = nullptr;
  HcclComm tp_comm = nullptr;
  std::string ep_name;
  std::string tp_name;

  std::unique_ptr<DeviceTensor> x, expert_ids, expert_scales, shared_expert_x;  // inputs
  std::unique_ptr<DeviceTensor> expand_x, dynamic_scales, assist_info, expert_token_nums,
      ep_recv_counts, tp_recv_counts;  // what dispatch writes
  std::unique_ptr<DeviceTensor> combined_x;
  std::int64_t num_tokens = 0;
};

class World {
 public:
  World(const Preset& preset, std::int32_t ep_size, std::int32_t tp_size, std::int64_t batch_size,
        const Fault& fault, const Share& share);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  [[nodiscard]] const moe::MoeConfig& config() const { return config_; }
  // Those of this process.
  [[nodiscard]] const std::vector<RankState>& ranks() const { return ranks_; }
  // Of the communicator over several processes; "" in one.
  [[nodiscard]] const std::string& name() const { return name_; }

  // Puts a batch into the ranks' input tensors.
  void Load(const Batch& batch, const std::vector<Token>& tokens);

  // One collective operation over all ranks. Returns the seconds from the first phase-2 call to the
  // return of the last synchronise. Throws ApiError with the first failing rank's message.
  double Dispatch();
  double Combine();

  // Waits until all ranks of all processes have come here; nothing in a single process.
  void Meet() const;

  // The experts' work on the rows they received (experts.h), in place.
  void RunExperts();

 private:
  void CreateDevices();
  void CreateGroups();
  void CreateOwnGroups();
  void JoinGroups();
  void JoinGroupsOf(RankState& rank) const;
  [[nodiscard]] std::vector<std::int32_t> EpGroup(std::int32_t tp_rank) const;  // world ranks
  [[nodiscard]] std::vector<std::int32_t> TpGroup(std::int32_t ep_rank) const;
  void CreateTensors(RankState& rank);
  void SynchroniseAll() const;
  double Launch(const char* api,
                aclnnStatus (*phase1)(const World&, const RankState&, std::uint64_t*,
                                      aclOpExecutor**),
                aclnnStatus (*phase2)(void*, std::uint64_t, aclOpExecutor*, aclrtStream));
  static aclnnStatus PrepareDispatch(const World&, const RankState&, std::uint64_t*,
                                     aclOpExecutor**);
  static aclnnStatus PrepareCombine(const World&, const RankState&, std::uint64_t*,
                                    aclOpExecutor**);

  moe::MoeConfig config_;
  bool has_shared_expert_;
  std::int64_t batch_size_;
  Fault fault_;
  Share share_;
  std::string name_;
  std::vector<RankState> ranks_;
};

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_WORLD_H_
