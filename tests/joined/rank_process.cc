#include "rank_process.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

namespace ferry::joined {
namespace {

constexpr int kMilliseconds = 20'000;

int RunRank(Rank rank, const std::function<int(Rank&)>& body) {
  if (aclInit(nullptr) != 0 || aclrtSetDevice(0) != 0 || aclrtCreateStream(&rank.stream) != 0)
    return 100;
  return body(rank);
}

}  // namespace

std::string Message() {
  const char* const message = aclGetRecentErrMsg();
  return message == nullptr ? "" : message;
}

void Rank::Say(const std::string& text) const {
  std::strncpy(shared->texts[rank], text.c_str(), sizeof(shared->texts[rank]) - 1);
}

bool Rank::Await(int flag, int at_least) const {
  for (int ms = 0; ms < kMilliseconds; ++ms) {
    if (shared->flags[flag].load() >= at_least) return true;
    ::usleep(1000);
  }
  return false;
}

HcclResult Rank::Join(int which, HcclComm* comm) const {
  if (rank == 0) {
    const HcclResult made = HcclGetRootInfo(&shared->roots[which]);
    if (made != HCCL_SUCCESS) return made;
    shared->roots_there[which].store(1);
  }
  for (int ms = 0; shared->roots_there[which].load() == 0; ++ms) {
    if (ms == kMilliseconds) return HCCL_E_TIMEOUT;
    ::usleep(1000);
  }
  return HcclCommInitRootInfo(static_cast<std::uint32_t>(size), &shared->roots[which],
                              static_cast<std::uint32_t>(rank), comm);
}

int Rank::Meet(HcclComm comm) const {
  const HcclResult queued = HcclBarrier(comm, stream);
  return queued != HCCL_SUCCESS ? static_cast<int>(queued) : aclrtSynchronizeStream(stream);
}

Ended RunRanks(int size, const std::function<int(Rank&)>& body) {
  void* const memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto* const shared = static_cast<Shared*>(memory);
  std::vector<pid_t> pids;
  for (int r = 0; r < size; ++r) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::alarm(60);
      Rank rank;
      rank.rank = r;
      rank.size = size;
      rank.shared = shared;
      ::_exit(RunRank(rank, body));
    }
    pids.push_back(pid);
  }
  Ended ended;
  for (int r = 0; r < size; ++r) {
    int status = -1;
    ::waitpid(pids[static_cast<std::size_t>(r)], &status, 0);
    ended.status.push_back(status);
    ended.texts.emplace_back(shared->texts[r]);
  }
  ::munmap(memory, sizeof(Shared));
  return ended;
}

}  // namespace ferry::joined
