#include "fuzz/operator_target.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "fuzz/fuzz_world.h"

namespace ferry::fuzz {
namespace {

using Calls = std::array<CallArguments, kRanks>;

using Executors = std::array<aclOpExecutor*, kRanks>;

// Phase 1 takes a tensor without an address, phase 2 does not if the tensor is used.
bool MayFailLate(const CallArguments& call) {
  return std::any_of(call.tensors.begin(), call.tensors.end(),
                     [](const TensorSpec& tensor) { return tensor.null_data; });
}

// Launches the calls, first the one that phase 2 may refuse: nobody waits for it then. Returns
// whether all run.
bool Launch(const Operator& op, const Calls& calls, Executors& executors) {
  std::array<int, kRanks> order;
  std::iota(order.begin(), order.end(), 0);
  const auto call_of = [&](int r) -> const CallArguments& {
    return calls[static_cast<std::size_t>(r)];
  };
  const auto late = std::stable_partition(order.begin(), order.end(),
                                          [&](int r) { return MayFailLate(call_of(r)); });
  if (late - order.begin() > 1) return false;
  for (const int r : order) {
    aclOpExecutor*& executor = executors[static_cast<std::size_t>(r)];
    const aclnnStatus status = op.launch(nullptr, 0, executor, RankOf(r).stream);
    executor = nullptr;
    if (MayFailLate(call_of(r)) && !Accepted("aclnnMoeDistribute", status)) {
      // What phase 2 finds after its entry checks is also left pending on the stream.
      Demand(aclrtSynchronizeStream(RankOf(r).stream) == status, "phase 2's refusal again");
      return false;
    }
    Demand(status == 0, "phase 2 of an accepted call", status);
  }
  return true;
}

// Returns whether all ranks took part and ended with 0.
bool RunCalls(const Operator& op, const Calls& calls) {
  std::array<LiveTensors, kRanks> tensors;
  Executors executors{};
  bool all_accepted = true;
  for (int r = 0; r < kRanks; ++r) {
    const auto i = static_cast<std::size_t>(r);
    tensors[i] = Make(calls[i], r);
    UseRank(r);
    executors[i] = op.prepare(calls[i], tensors[i]);
    all_accepted = all_accepted && executors[i] != nullptr;
  }
  if (all_accepted && Launch(op, calls, executors)) return Collect();
  for (aclOpExecutor* const executor : executors) {
    if (executor != nullptr)
      Demand(aclDestroyAclOpExecutor(executor) == 0, "aclDestroyAclOpExecutor");
  }
  return false;
}

// Whether all ranks pass the same tpWorldSize.
bool AgreeOnTp(const Calls& calls) {
  constexpr std::size_t kTpWorldSize = 3;
  return std::all_of(calls.begin(), calls.end(), [&](const CallArguments& call) {
    return call.attributes[kTpWorldSize] == calls[0].attributes[kTpWorldSize];
  });
}

}  // namespace

void RunBentCall(const Operator& op, const std::uint8_t* bytes, std::size_t size) {
  FuzzedDataProvider data(bytes, size);
  const Shape shape = AnyShape(data);
  const bool wild = data.ConsumeBool();
  Calls calls;
  for (int r = 0; r < kRanks; ++r) {
    calls[static_cast<std::size_t>(r)] = op.legal(data, shape, r, wild);
  }
  bool bent = Bend(data, calls[data.ConsumeIntegralInRange<std::size_t>(0, kRanks - 1)]);
  if (data.ConsumeIntegralInRange<int>(0, 7) == 0) bent = Bend(data, calls[1]) || bent;
  if (RunCalls(op, calls)) return;
  Demand(bent || wild || !op.must_succeed, "a legal call succeeds");
  if (!AgreeOnTp(calls)) RenewGroups();
  DemandWorkingGroups(shape.topology);
}

void DemandWorkingGroups(Topology topology) {
  const std::uint8_t none = 0;
  FuzzedDataProvider zeros(&none, 0);
  const Operator dispatch{LegalDispatch, PrepareDispatch, aclnnMoeDistributeDispatchV2};
  // As many experts as both topologies allow for.
  Shape shape{.topology = topology};
  shape.num_experts = PlaceOf(topology, 0).ep_size;
  Calls calls;
  for (int r = 0; r < kRanks; ++r) {
    calls[static_cast<std::size_t>(r)] = LegalDispatch(zeros, shape, r, /*wild=*/false);
  }
  Demand(RunCalls(dispatch, calls), "a group that works after a refusal or a failure");
}

}  // namespace ferry::fuzz
