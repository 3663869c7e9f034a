// Legal calls of both operators on the two ranks of the fuzz world, as data; and how to make them.
#ifndef FERRY_TESTS_FUZZ_LEGAL_CALLS_H_
#define FERRY_TESTS_FUZZ_LEGAL_CALLS_H_

#include <fuzzer/FuzzedDataProvider.h>

#include <cstdint>

#include "fuzz/call_arguments.h"

namespace ferry::fuzz {

// What the two ranks agree upon.
struct Shape {
  std::int64_t num_tokens = 2;
  std::int64_t hidden = 1024;
  std::int64_t top_k = 2;
  std::int64_t num_experts = 4;
  std::int64_t num_shared_experts = 0;  // 0 or 1; then rank 0 holds it
  bool quantised = false;               // quantMode 2, commQuantMode 2
  bool has_scales = false;              // smooth scales, with quantMode 2
  int mask_dims = 0;
};

Shape AnyShape(FuzzedDataProvider& data);

// Positions in CallArguments::tensors of what a target looks at.
enum DispatchTensor : std::size_t { kX, kExpertIds, kScales, kMask, kExpertScales, kExpandX };
enum CombineTensor : std::size_t { kRows, kIds, kTriples, kSendCounts, kWeights };

// Contents of ids, masks and the like come from `data`: legal ones, or any where `wild`.
CallArguments LegalDispatch(FuzzedDataProvider& data, const Shape& shape, int rank, bool wild);
CallArguments LegalCombine(FuzzedDataProvider& data, const Shape& shape, int rank, bool wild);

// Phase 1; null where it refuses (then the refusal is looked at), else the executor.
aclOpExecutor* PrepareDispatch(const CallArguments& arguments, const LiveTensors& tensors);
aclOpExecutor* PrepareCombine(const CallArguments& arguments, const LiveTensors& tensors);

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_LEGAL_CALLS_H_
