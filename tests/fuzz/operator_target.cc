#include "fuzz/operator_target.h"

#include <algorithm>
#include <array>

#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "fuzz/fuzz_world.h"

namespace ferry::fuzz {
namespace {

using Calls = std::array<CallArguments, kRanks>;

// Returns whether all ranks took part and ended with 0.
bool RunCalls(const Operator& op, const Calls& calls) {
  std::array<LiveTensors, kRanks> tensors;
  std::array<aclOpExecutor*, kRanks> executors{};
  bool all_accepted = true;
  for (int r = 0; r < kRanks; ++r) {
    const auto i = static_cast<std::size_t>(r);
    tensors[i] = Make(calls[i], r);
    UseRank(r);
    executors[i] = op.prepare(calls[i], tensors[i]);
    all_accepted = all_accepted && executors[i] != nullptr;
  }
  for (int r = 0; r < kRanks; ++r) {
    const auto i = static_cast<std::size_t>(r);
    if (all_accepted) {
      const aclnnStatus status = op.launch(nullptr, 0, executors[i], RankOf(r).stream);
      Demand(status == 0, "phase 2 of an accepted call", status);
    } else if (executors[i] != nullptr) {
      Demand(aclDestroyAclOpExecutor(executors[i]) == 0, "aclDestroyAclOpExecutor");
    }
  }
  return all_accepted && Collect();
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
