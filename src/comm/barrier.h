// The smallest collective call: nobody leaves before everybody has come.
#ifndef FERRY_COMM_BARRIER_H_
#define FERRY_COMM_BARRIER_H_

#include <atomic>

#include "comm/call.h"

namespace ferry::comm {

inline constexpr const char* kBarrierOperator = "HcclBarrier";

// Runs a call whose numbers were taken for kBarrierOperator. Throws as RunCall.
void RunBarrier(Call& call, const std::atomic<bool>& abort);

}  // namespace ferry::comm

#endif  // FERRY_COMM_BARRIER_H_
