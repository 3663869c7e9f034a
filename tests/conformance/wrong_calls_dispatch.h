// What the probes of dispatch share among their files.
#ifndef FERRY_TESTS_CONFORMANCE_WRONG_CALLS_DISPATCH_H_
#define FERRY_TESTS_CONFORMANCE_WRONG_CALLS_DISPATCH_H_

#include <vector>

#include "wrong_calls_probe.h"
#include "wrong_calls_tensors.h"

namespace ferry::conformance {

// quantMode 2, which is refused behind all rows of the specification, without and with scales.
[[nodiscard]] Setting<DispatchArgs> Quantised();
[[nodiscard]] Change<DispatchArgs> WithScales();

// Every tensor of dispatch, by its name in rule ids.
[[nodiscard]] std::vector<Slot<DispatchArgs>> DispatchSlots();

[[nodiscard]] Probes<DispatchArgs> DispatchAttributeProbes();
[[nodiscard]] Probes<DispatchArgs> DispatchSizeProbes();
[[nodiscard]] Probes<DispatchArgs> DispatchStrictProbes();

}  // namespace ferry::conformance

#endif  // FERRY_TESTS_CONFORMANCE_WRONG_CALLS_DISPATCH_H_
