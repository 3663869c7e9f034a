// Processes of a test: forked before it has used the library, heard of to the end.
#ifndef FERRY_TESTS_SUPPORT_CROWD_H_
#define FERRY_TESTS_SUPPORT_CROWD_H_

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hccl/hccl.h"

namespace ferry::support {

struct SharedCrowd;

// One process of a crowd, as its body sees it.
class Member {
 public:
  Member(SharedCrowd& shared, std::size_t index) : shared_(shared), index_(index) {}

  [[nodiscard]] std::size_t index() const { return index_; }
  // Says where this process is; it counts as progress.
  void At(std::uint64_t step) const;
  // Says what is wrong. Failed expectations of GoogleTest are told without it.
  void Tell(const std::string& sentence) const;
  // Root info `slot`, of which one process is the maker. Throws if nobody makes it in time.
  [[nodiscard]] HcclRootInfo RootInfo(std::size_t slot, bool is_maker) const;

 private:
  SharedCrowd& shared_;
  std::size_t index_;
};

struct CrowdPlan {
  std::size_t size = 1;
  std::size_t root_infos = 0;
  // For how long no process may make progress.
  std::chrono::seconds patience{180};
  // In each process. The process fails if it throws or a GoogleTest expectation fails in it.
  std::function<void(const Member& member)> body;
};

// What went wrong, in sentences; nothing if all is well. All processes have ended then; they also
// end with this one.
[[nodiscard]] std::vector<std::string> RunCrowd(const CrowdPlan& plan);

}  // namespace ferry::support

#endif  // FERRY_TESTS_SUPPORT_CROWD_H_
