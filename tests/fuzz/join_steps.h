// Communicators of one rank by every way of joining, and joins that are refused: none of them waits
// for another rank.
#ifndef FERRY_TESTS_FUZZ_JOIN_STEPS_H_
#define FERRY_TESTS_FUZZ_JOIN_STEPS_H_

#include <span>

#include "fuzz/hccl_session.h"

namespace ferry::fuzz {

// For an HcclSession.
std::span<const Step> JoinSteps();

// Joins the groups of root infos that are left: until then somebody listens for each.
void EndRoots(HcclSession& session);

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_JOIN_STEPS_H_
