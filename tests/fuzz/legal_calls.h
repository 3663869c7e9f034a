// Legal calls of both operators on the ranks of the fuzz world, as data; and how to make them.
#ifndef FERRY_TESTS_FUZZ_LEGAL_CALLS_H_
#define FERRY_TESTS_FUZZ_LEGAL_CALLS_H_

#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "fuzz/call_arguments.h"
#include "fuzz/fuzz_world.h"

namespace ferry::fuzz {

// What the ranks agree upon, and how many tokens each has.
struct Shape {
  Topology topology = Topology::kEp4;
  std::array<std::int64_t, kRanks> num_tokens = {2, 2, 2, 2};
  std::int64_t max_tokens = 2;  // of a rank: globalBs says it
  bool zero_global_bs = true;   // where all have as many: globalBs 0 means the same
  std::int64_t hidden = 1024;
  std::int64_t top_k = 2;
  std::int64_t num_experts = 4;
  std::int64_t num_shared_experts = 0;
  std::int64_t num_shared_ranks = 0;
  bool quantised = false;   // quantMode 2 of dispatch; commQuantMode 2 of combine without TP
  bool has_scales = false;  // smooth scales, with quantMode 2
  int mask_dims = 0;        // only ranks with max_tokens give it
  aclDataType type = ACL_BF16;
  std::optional<std::string> comm_alg = {};

  [[nodiscard]] bool has_tp() const { return topology == Topology::kEp2Tp2; }
};

Shape AnyShape(FuzzedDataProvider& data);

// Positions in CallArguments::tensors of what a target looks at.
enum DispatchTensor : std::size_t { kX, kExpertIds, kScales, kMask, kExpertScales, kExpandX };
enum CombineTensor : std::size_t { kRows, kIds, kTriples, kSendCounts, kWeights, kTpSendCounts };

// Contents of ids, masks and the like come from `data`: legal ones, or any where `wild`.
CallArguments LegalDispatch(FuzzedDataProvider& data, const Shape& shape, int rank, bool wild);
CallArguments LegalCombine(FuzzedDataProvider& data, const Shape& shape, int rank, bool wild);

// Phase 1; null where it refuses (then the refusal is looked at), else the executor.
aclOpExecutor* PrepareDispatch(const CallArguments& arguments, const LiveTensors& tensors);
aclOpExecutor* PrepareCombine(const CallArguments& arguments, const LiveTensors& tensors);

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_LEGAL_CALLS_H_
