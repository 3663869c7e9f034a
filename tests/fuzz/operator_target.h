// What the fuzz targets of both operators share: bend one rank's call, run it beside a legal one.
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
};

// The input chooses shape, contents and bends. Both ranks run where both first phases accept; the
// ends are 0 or 507015, in time.
void RunBentCall(const Operator& op, const std::uint8_t* bytes, std::size_t size);

// One legal dispatch on both ranks, which must succeed: the group works.
void DemandWorkingGroup();

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_OPERATOR_TARGET_H_
