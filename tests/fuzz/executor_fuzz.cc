// Sequences on an executor: repeatable or not, other addresses, runs, ends, in any order.
#include <array>
#include <memory>

#include "aclnnop/aclnn_moe_distribute_combine_v2.h"
#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "fuzz/fuzz_world.h"
#include "fuzz/legal_calls.h"
#include "fuzz/operator_target.h"

namespace ferry::fuzz {
namespace {

constexpr int kSteps = 12;

struct NamedOperator : Operator {
  const char* name;
};
const NamedOperator kDispatch = {{LegalDispatch, PrepareDispatch, aclnnMoeDistributeDispatchV2},
                                 "aclnnMoeDistributeDispatchV2"};
const NamedOperator kCombine = {{LegalCombine, PrepareCombine, aclnnMoeDistributeCombineV2},
                                "aclnnMoeDistributeCombineV2"};

// Rank 0's executor is what the input bends; those of the others are made to be used again and
// again.
struct Session {
  FuzzedDataProvider data;
  const NamedOperator* op = &kDispatch;
  Shape shape = {};
  CallArguments arguments = {};
  std::array<LiveTensors, kRanks> tensors = {};
  std::array<aclOpExecutor*, kRanks> executors = {};
  LiveTensors others = {};  // further memory on device 0, as large as rank 0's tensors
};

void Prepare(Session& s) {
  if (s.data.ConsumeBool()) s.op = &kCombine;
  s.shape = AnyShape(s.data);
  for (int r = 0; r < kRanks; ++r) {
    const auto i = static_cast<std::size_t>(r);
    CallArguments arguments = s.op->legal(s.data, s.shape, r, /*wild=*/false);
    for (TensorSpec& tensor : arguments.tensors) tensor.bent = true;  // device memory: has bounds
    s.tensors[i] = Make(arguments, r);
    UseRank(r);
    s.executors[i] = s.op->prepare(arguments, s.tensors[i]);
    Demand(s.executors[i] != nullptr, "a legal call is accepted");
    if (r == 0) {
      s.others = Make(arguments, r);
    } else {
      Demand(aclSetAclOpExecutorRepeatable(s.executors[i]) == 0, "aclSetAclOpExecutorRepeatable");
    }
  }
}

// Some tensor with an address that lies in some tensor's memory, or null.
void ChangeAddress(Session& s) {
  const LiveTensors& pool = s.data.ConsumeBool() ? s.tensors[0] : s.others;
  const auto pick = [&] { return s.data.ConsumeIntegralInRange<std::size_t>(0, pool.size() - 1); };
  aclTensor* const tensor = s.others[pick()]->handle();
  std::byte* const memory = pool[pick()]->data();
  void* const address =
      memory == nullptr ? nullptr : memory + s.data.ConsumeIntegralInRange<int>(0, 96);
  const std::size_t index =
      s.data.ConsumeBool() ? pick() : static_cast<std::size_t>(BorderingInteger(s.data));
  aclnnStatus status = 0;
  switch (s.data.ConsumeIntegralInRange<int>(0, 2)) {
    case 0:
      status = aclSetInputTensorAddr(s.executors[0], index, tensor, address);
      break;
    case 1:
      status = aclSetOutputTensorAddr(s.executors[0], index, tensor, address);
      break;
    default:
      status = aclSetTensorAddr(s.executors[0], index, tensor, address);
      break;
  }
  Demand(status == 0 || status == 161001 || status == 161002 || status == 561000 ||
             status == 561002 || status == 561103,
         "a documented code", status);
}

// The others run where rank 0 does, so that nobody waits for nothing.
void RunAll(Session& s) {
  const aclnnStatus status = s.op->launch(nullptr, 0, s.executors[0], RankOf(0).stream);
  if (!Accepted(s.op->name, status)) {
    // What phase 2 finds after its entry checks is also left pending on the stream.
    static_cast<void>(aclrtSynchronizeStream(RankOf(0).stream));
    return;
  }
  for (int r = 1; r < kRanks; ++r) {
    Demand(
        s.op->launch(nullptr, 0, s.executors[static_cast<std::size_t>(r)], RankOf(r).stream) == 0,
        "a repeatable executor runs again");
  }
  static_cast<void>(Collect());
}

void TakeStep(Session& s) {
  switch (s.data.ConsumeIntegralInRange<int>(0, 9)) {
    case 0:
      static_cast<void>(aclSetAclOpExecutorRepeatable(s.executors[0]));
      break;
    case 1:
      static_cast<void>(aclDestroyAclOpExecutor(s.executors[0]));
      break;
    case 2:
    case 3:
    case 4:
      RunAll(s);
      break;
    default:
      ChangeAddress(s);
      break;
  }
}

}  // namespace
}  // namespace ferry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ferry::fuzz;
  Session session{.data = FuzzedDataProvider(bytes, size)};
  Prepare(session);
  for (int step = 0; step < kSteps && session.data.remaining_bytes() != 0; ++step) {
    TakeStep(session);
  }
  for (aclOpExecutor* const executor : session.executors) {
    static_cast<void>(aclDestroyAclOpExecutor(executor));
  }
  DemandWorkingGroups(session.shape.topology);
  return 0;
}
