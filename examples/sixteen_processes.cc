// The setting of the interface document's sample with a process for each of the 16 ranks: one of
// them makes a root info for each group, the program takes it to the others (here through memory
// that they share; MPI_Bcast or a store would do), and every rank joins by it.
#include <aclnnop/aclnn_moe_distribute_combine_v2.h>
#include <aclnnop/aclnn_moe_distribute_dispatch_v2.h>
#include <hccl/hccl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include "device_tensor.h"
#include "document_rank.h"

namespace {

// What the program broadcasts: the first rank of a group writes, the others wait.
struct Broadcast {
  HcclRootInfo info;
  std::atomic<bool> there;
};

HcclComm Join(Broadcast& broadcast, int64_t size, int64_t rank) {
  if (rank == 0) {
    CHECK(HcclGetRootInfo(&broadcast.info));
    broadcast.there.store(true);
  }
  for (int ms = 0; !broadcast.there.load(); ++ms) {
    if (ms == 30'000) std::exit(1);  // the first rank has failed, and has said why
    usleep(1000);
  }
  HcclComm comm = nullptr;
  CHECK(HcclCommInitRootInfo(static_cast<uint32_t>(size), &broadcast.info,
                             static_cast<uint32_t>(rank), &comm));
  return comm;
}

int RunProcess(int64_t ep_rank, int64_t tp_rank, Broadcast* broadcasts) {
  using namespace document;
  CHECK(aclInit(nullptr));
  CHECK(aclrtSetDevice(0));
  const HcclComm ep = Join(broadcasts[tp_rank], kEp, ep_rank);
  const HcclComm tp = Join(broadcasts[kTp + ep_rank], kTp, tp_rank);
  const int wrong = RunRank(ep_rank, tp_rank, {ep, tp}, /*device=*/0);
  CHECK(aclFinalize());
  return wrong == 0 ? 0 : 1;
}

}  // namespace

int main() {
  using namespace document;
  const size_t bytes = sizeof(Broadcast) * (kTp + kEp);
  void* const shared =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return 1;
  auto* const broadcasts = static_cast<Broadcast*>(shared);  // of 2 EP and 8 TP groups, zeros
  for (int64_t e = 0; e < kEp; ++e) {
    for (int64_t t = 0; t < kTp; ++t) {
      if (fork() == 0) _exit(RunProcess(e, t, broadcasts));
    }
  }
  int failed = 0;
  for (int64_t i = 0; i < kEp * kTp; ++i) {
    int status = 0;
    if (wait(&status) < 0 || status != 0) ++failed;
  }
  std::printf(failed == 0 ? "16 processes, all equal\n" : "values differ\n");
  return failed == 0 ? 0 : 1;
}
