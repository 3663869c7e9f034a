// The setting of the interface document's sample, one thread a rank.
#include <hccl/hccl.h>

#include <thread>

#include "device_tensor.h"
#include "document_rank.h"

int main() {
  using namespace document;
  CHECK(aclInit(nullptr));
  std::vector<HcclComm> ep_comms(kEp * kTp), tp_comms(kEp * kTp);  // [tp][ep] and [ep][tp]
  for (int64_t t = 0; t < kTp; ++t) {
    std::vector<int32_t> devices;
    for (int64_t e = 0; e < kEp; ++e) devices.push_back(static_cast<int32_t>(e * kTp + t));
    CHECK(HcclCommInitAll(kEp, devices.data(), &ep_comms[static_cast<size_t>(t * kEp)]));
  }
  for (int64_t e = 0; e < kEp; ++e) {
    std::vector<int32_t> devices = {static_cast<int32_t>(e * kTp),
                                    static_cast<int32_t>(e * kTp + 1)};
    CHECK(HcclCommInitAll(kTp, devices.data(), &tp_comms[static_cast<size_t>(e * kTp)]));
  }
  std::vector<std::thread> threads;
  for (int64_t e = 0; e < kEp; ++e) {
    for (int64_t t = 0; t < kTp; ++t) {
      threads.emplace_back(RunRank, e, t,
                           Groups{ep_comms[static_cast<size_t>(t * kEp + e)],
                                  tp_comms[static_cast<size_t>(e * kTp + t)]},
                           static_cast<int32_t>(e * kTp + t));
    }
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(aclFinalize());
  std::printf(wrong == 0 ? "16 ranks, all equal\n" : "values differ\n");
  return wrong == 0 ? 0 : 1;
}
