// Strikes a rank at an exact step, from inside its process.
//
// The library is not changed for it. The test links the library's objects, brings a `WaitAt` of its
// own for base/jitter.h, which the library calls at the steps of a call, and has the linker wrap
// some of the library's functions for the steps of joining and destroying.
#ifndef FERRY_TESTS_FAULTS_STRIKE_H_
#define FERRY_TESTS_FAULTS_STRIKE_H_

#include <functional>

#include "faults/fault_case.h"
#include "faults/shared_state.h"

namespace ferry::faults {

// Until Disarm, the steps of `rank` in this process are those of the case. `leave` is what the
// victim's other thread does for Fault::kLeave. FERRY_JITTER must be set.
void Arm(const FaultCase& fault_case, int rank, SharedState* shared, std::function<void()> leave);
void Disarm();

// This process has come to `step`, in its call `call` if there is one: is struck if it is the
// victim, waits for the victim if it is the late rank.
void Reach(Step step, std::uint64_t call = 0);

}  // namespace ferry::faults

#endif  // FERRY_TESTS_FAULTS_STRIKE_H_
