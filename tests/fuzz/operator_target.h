// What the fuzz targets of both operators share: bend one rank's call, run it beside legal ones.
#ifndef FERRY_TESTS_FUZZ_OPERATOR_TARGET_H_
#define FERRY_TESTS_FUZZ_OPERATOR_TARGET_H_

#include <cstddef>
#include <cstdint>

#include "fuzz/call_arguments.h"
#include "fuzz/legal_calls.h"

namespace ferry::fuzz {

struct Operator {
  CallArguments (*legal)(FuzzedDataProvider&, const Shape&, int rank, bool wild);
  aclOpExecutor* (*prepare)(const CallArguments&, const LiveTensors&);
  aclnnStatus (*launch)(void*, std::uint64_t, aclOpExecutor*, aclrtStream);
  bool must_succeed = false;  // a legal call whose contents are not wild
};

// The input chooses shape, contents and bends. The ranks run where all first phases accept; the
// ends are 0 or 507015, in time.
void RunBentCall(const Operator& op, const std::uint8_t* bytes, std::size_t size);

// One legal dispatch on all ranks, which must succeed: the groups work.
void DemandWorkingGroups(Topology topology);

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_OPERATOR_TARGET_H_
