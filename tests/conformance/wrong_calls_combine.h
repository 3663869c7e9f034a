// What the probes of combine share among their files.
#ifndef FERRY_TESTS_CONFORMANCE_WRONG_CALLS_COMBINE_H_
#define FERRY_TESTS_CONFORMANCE_WRONG_CALLS_COMBINE_H_

#include <vector>

#include "wrong_calls_probe.h"
#include "wrong_calls_tensors.h"

namespace ferry::conformance {

// Every tensor of combine that is examined, by its name in rule ids.
[[nodiscard]] std::vector<Slot<CombineArgs>> CombineSlots();

[[nodiscard]] Probes<CombineArgs> CombineAttributeProbes();
[[nodiscard]] Probes<CombineArgs> CombineSizeProbes();
[[nodiscard]] Probes<CombineArgs> CombineStrictProbes();

}  // namespace ferry::conformance

#endif  // FERRY_TESTS_CONFORMANCE_WRONG_CALLS_COMBINE_H_
