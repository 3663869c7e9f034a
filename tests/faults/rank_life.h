// The life of one rank of a case, in a process of its own.
#ifndef FERRY_TESTS_FAULTS_RANK_LIFE_H_
#define FERRY_TESTS_FAULTS_RANK_LIFE_H_

#include "faults/fault_case.h"
#include "faults/shared_state.h"

namespace ferry::faults {

// Joins, calls, hears of the fault, and makes new groups with the ranks that are left. The exit
// status; what the rank has heard and what is wrong stands in its report.
[[nodiscard]] int LiveRank(const FaultCase& fault_case, int rank, SharedState& shared);

}  // namespace ferry::faults

#endif  // FERRY_TESTS_FAULTS_RANK_LIFE_H_
