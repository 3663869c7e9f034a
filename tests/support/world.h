// ep x tp ranks, or this process's part of them, through the C API, driven from one thread.
#ifndef FERRY_TESTS_SUPPORT_WORLD_H_
#define FERRY_TESTS_SUPPORT_WORLD_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "acl/acl.h"
#include "aclnn/aclnn_base.h"
#include "hccl/hccl.h"

namespace ferry::support {

// How a call ended on one rank.
struct Outcome {
  std::int32_t launch = 0;   // of the two phases
  std::int32_t finish = 0;   // of the synchronise, when the launch succeeded
  std::string message = {};  // the library's, of whichever failed

  [[nodiscard]] bool ok() const { return launch == 0 && finish == 0; }
};

// One rank of this process: its i-th has device i.
struct Rank {
  std::int32_t world_rank = 0;  // ep_rank * tp_size + tp_rank
  std::int32_t ep_rank = 0;
  std::int32_t tp_rank = 0;
  std::int32_t device = 0;
  aclrtContext context = nullptr;
  aclrtStream stream = nullptr;
  HcclComm ep = nullptr;
  HcclComm tp = nullptr;  // null without TP
  std::string ep_name = {};
  std::string tp_name = {};  // "" without TP
};

// How the ranks of one process join those of others.
struct Joining {
  std::vector<std::int32_t> world_ranks;  // of this process; at least one
  // The root info of a group, made here if this process has the group's first rank. Group t of the
  // first tp_size groups is the EP group of tp rank t; those of the EP ranks' TP groups follow.
  // Called from several threads.
  std::function<HcclRootInfo(std::size_t group, bool is_maker)> root_info;
};

// Where a rank of this process is asked for by number, that is i for its i-th rank: the world rank
// if all are here.
class World {
 public:
  // All ranks in this process, with HcclCommInitAll. Needs ep_size * tp_size devices:
  // FERRY_DEVICE_COUNT, set where the test is registered.
  explicit World(std::int32_t ep_size, std::int32_t tp_size = 1);
  // Some of the ranks, with HcclCommInitRootInfoConfig. Returns when all have joined.
  World(std::int32_t ep_size, std::int32_t tp_size, const Joining& joining);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  [[nodiscard]] std::int32_t ep_size() const { return ep_size_; }
  [[nodiscard]] std::int32_t tp_size() const { return tp_size_; }
  [[nodiscard]] std::size_t size() const { return ranks_.size(); }
  [[nodiscard]] const Rank& rank(std::size_t w) const { return ranks_[w]; }

  // Makes rank `w`'s context and device current on this thread.
  void Use(std::size_t w) const;

  using FirstPhase = std::function<aclnnStatus(std::size_t w, std::uint64_t* workspace_bytes,
                                               aclOpExecutor** executor)>;
  using SecondPhase = aclnnStatus (*)(void*, std::uint64_t, aclOpExecutor*, aclrtStream);

  // One call of an operator on every rank of this process: all first phases, all second phases, all
  // synchronises. When a first phase fails, no second phase runs: the other ranks would wait for
  // nothing.
  //
  // With `between`, executors are repeatable: when the first run has succeeded on every rank,
  // `between` is called and the second phases run again. The outcomes are those of the last run.
  std::vector<Outcome> Run(const FirstPhase& first, SecondPhase second,
                           const std::function<void()>& between = {}) const;

  // Waits for every rank's stream; the outcomes have launch 0.
  std::vector<Outcome> Synchronize() const;

 private:
  // One executor, its rank and what it needs until the stream has passed it.
  struct Launch {
    std::uint64_t workspace_bytes = 0;
    void* workspace = nullptr;
    aclOpExecutor* executor = nullptr;
  };

  void MakeRanks(const std::vector<std::int32_t>& world_ranks);
  void MakeGroups();
  void JoinGroups(const Joining& joining);
  void JoinGroupsOf(Rank& rank, const Joining& joining) const;
  [[nodiscard]] bool Prepare(const FirstPhase& first, std::vector<Launch>& launches,
                             std::vector<Outcome>& outcomes) const;
  void Execute(SecondPhase second, const std::vector<Launch>& launches,
               std::vector<Outcome>& outcomes) const;
  void Finish(std::vector<Outcome>& outcomes) const;

  std::int32_t ep_size_;
  std::int32_t tp_size_;
  std::vector<Rank> ranks_;
};

}  // namespace ferry::support

#endif  // FERRY_TESTS_SUPPORT_WORLD_H_
