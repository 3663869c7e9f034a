// A comm::Group over threads, with nothing but a mutex: what moe/ is tested on without comm/.
//
// It keeps the contract of comm/group.h (one verdict per call, a release that carries failures,
// scratch whose contents are undefined) and breaks tests that lean on more: it throws
// std::logic_error when a rank reads a peer outside the time between meeting and release.
#ifndef FERRY_TESTS_SUPPORT_LOCAL_GROUP_H_
#define FERRY_TESTS_SUPPORT_LOCAL_GROUP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "comm/group.h"

namespace ferry::testing {

class LocalBoard;

// The EP groups and TP pairs of ep_size * tp_size ranks; world rank = ep_rank * tp_size + tp_rank,
// as in the seed document's sample. Scratch is kept from call to call.
class LocalWorld {
 public:
  // Called before a rank commits memory; may throw.
  using CommitHook = std::function<void(std::int32_t world_rank, const void* begin, std::size_t)>;

  LocalWorld(std::int32_t ep_size, std::int32_t tp_size);
  LocalWorld(const LocalWorld&) = delete;
  LocalWorld& operator=(const LocalWorld&) = delete;
  ~LocalWorld();

  [[nodiscard]] std::int32_t size() const { return ep_size_ * tp_size_; }
  void set_commit_hook(CommitHook hook) { commit_hook_ = std::move(hook); }

  // Runs `body` on every rank as one numbered call, each rank on a thread of its own. A rank that
  // throws fails the groups it has not yet released. Returns what each rank threw, "" for success.
  using Body = std::function<void(std::int32_t world_rank, comm::Group& ep, comm::Group* tp)>;
  std::vector<std::string> Run(const Body& body);

 private:
  friend class LocalGroup;
  struct Memory;  // one rank's scratch of one communicator

  [[nodiscard]] Memory& MemoryOf(std::int32_t world_rank, bool of_tp);

  std::int32_t ep_size_;
  std::int32_t tp_size_;
  CommitHook commit_hook_;
  std::vector<std::unique_ptr<Memory>> memories_;  // [world rank][EP, TP]
};

}  // namespace ferry::testing

#endif  // FERRY_TESTS_SUPPORT_LOCAL_GROUP_H_
