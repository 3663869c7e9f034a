// Ranks as processes of their own: forked from a test that has not used the library yet.
#ifndef FERRY_TESTS_JOINED_RANK_PROCESS_H_
#define FERRY_TESTS_JOINED_RANK_PROCESS_H_

#include <acl/acl.h>
#include <hccl/hccl.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ferry::joined {

inline constexpr int kMostRanks = 16;
inline constexpr int kRootInfos = 4;

// Memory that all ranks of a test share.
struct Shared {
  HcclRootInfo roots[kRootInfos];
  std::atomic<int> roots_there[kRootInfos];
  std::atomic<int> flags[8];
  char texts[kMostRanks][1024];  // what each rank has to say at the end
};

struct Rank {
  int rank = 0;
  int size = 0;
  Shared* shared = nullptr;
  aclrtStream stream = nullptr;

  void Say(const std::string& text) const;
  // Waits up to 20 s; false if the flag does not come.
  [[nodiscard]] bool Await(int flag, int at_least = 1) const;
  // Joins by root info `which`, which rank 0 makes. The HcclResult; the handle goes to `comm`.
  HcclResult Join(int which, HcclComm* comm) const;
  // A barrier and its synchronise: the code, 0 when all came.
  [[nodiscard]] int Meet(HcclComm comm) const;
};

// The library's message on this thread, "" if none.
[[nodiscard]] std::string Message();

// Runs `body` in `size` processes, each with device 0 and a stream; its result is the exit status.
// Returns what waitpid said of each rank, and the texts.
struct Ended {
  std::vector<int> status;
  std::vector<std::string> texts;
};
[[nodiscard]] Ended RunRanks(int size, const std::function<int(Rank&)>& body);

}  // namespace ferry::joined

#endif  // FERRY_TESTS_JOINED_RANK_PROCESS_H_
