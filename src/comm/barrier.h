// The smallest collective call: nobody leaves before everybody has come.
#ifndef FERRY_COMM_BARRIER_H_
#define FERRY_COMM_BARRIER_H_

#include "comm/group.h"

namespace ferry::comm {

inline constexpr const char* kBarrierOperator = "HcclBarrier";

// The body of a call whose numbers were taken for kBarrierOperator, on one group: `tp` is null.
void Barrier(Group& group, Group* tp);

}  // namespace ferry::comm

#endif  // FERRY_COMM_BARRIER_H_
