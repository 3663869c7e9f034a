#include "ops/executor.h"

#include <utility>

#include "comm/call.h"
#include "ops/combine_contract.h"
#include "ops/dispatch_contract.h"
#include "runtime/context.h"
#include "runtime/handle_table.h"
#include "runtime/task.h"

namespace ferry::ops {
namespace {

// A numbered call in a stream's queue.
class CollectiveTask : public runtime::Task {
 public:
  CollectiveTask(std::shared_ptr<comm::Call> call, Work work)
      : call_(std::move(call)), work_(std::move(work)) {}

  void Run(const std::atomic<bool>& abort) override { comm::RunCall(*call_, abort, work_); }

  void Drop(const std::string& reason) noexcept override { comm::DropCall(*call_, reason); }

 private:
  const std::shared_ptr<comm::Call> call_;
  const Work work_;
};

runtime::HandleTable<Executor>& Executors() {
  // Never destroyed: threads may outlive statics.
  static auto* const kTable = new runtime::HandleTable<Executor>(runtime::HandleKind::kExecutor);
  return *kTable;
}

void* Register(std::string operator_name, Members members, Work work) {
  return Executors().Add(
      std::make_shared<Executor>(std::move(operator_name), std::move(members), std::move(work)));
}

[[noreturn]] void FailUnknown() {
  Fail(Code::kInner,
       "executor is no handle of an executor (used already without aclSetAclOpExecutorRepeatable, "
       "destroyed, or never handed out); must come from phase 1");
}

std::shared_ptr<Executor> Find(const void* handle) {
  std::shared_ptr<Executor> executor = Executors().Find(handle);
  if (executor == nullptr) FailUnknown();
  return executor;
}

void RunCombine(const CombineWork& work, comm::Group& ep, comm::Group* tp) {
  if (!work.shared_expert_x) {
    moe::Combine(work.input, work.output, work.agreement, ep, tp);
    return;
  }
  std::vector<std::byte> rows;
  moe::CombineInput input = work.input;
  input.shared_expert_x = work.shared_expert_x->Gather(rows);
  moe::Combine(input, work.output, work.agreement, ep, tp);
}

// The executor of a launch that has passed the entry checks, taken out of the table unless it is
// repeatable.
std::shared_ptr<Executor> Enter(const char* operator_name, const LaunchArgs& launch) {
  Require(launch.executor != nullptr, Code::kParamNullptr,
          "executor is null; must come from phase 1");
  Require(launch.workspace != nullptr || launch.workspace_size == 0, Code::kParamNullptr,
          "workspace is null; must point to workspaceSize = {} bytes", launch.workspace_size);
  std::shared_ptr<Executor> executor = Find(launch.executor);
  Require(executor->operator_name() == operator_name, Code::kInner,
          "executor is one of {}; must be one of {}", executor->operator_name(), operator_name);
  // Of two threads that launch one executor, only one finds it still there.
  if (!executor->repeatable() && Executors().Remove(launch.executor) == nullptr) FailUnknown();
  return executor;
}

}  // namespace

void Executor::Launch(runtime::Stream& stream) const {
  comm::TakeNumbers(operator_name_, members_.ep, members_.tp,
                    [&](const std::shared_ptr<comm::Call>& call) {
                      stream.Enqueue(std::make_unique<CollectiveTask>(call, work_));
                    });
}

void* PrepareDispatch(DispatchCall call) {
  Members members = LookUpFacts(call);
  auto work = std::make_shared<const DispatchWork>(CheckDispatch(call));
  return Register(kDispatchV2, std::move(members), [work](comm::Group& ep, comm::Group* tp) {
    moe::Dispatch(work->input, work->output, work->agreement, ep, tp);
  });
}

void* PrepareCombine(CombineCall call) {
  Members members = LookUpFacts(call);
  auto work = std::make_shared<const CombineWork>(CheckCombine(call));
  return Register(kCombineV2, std::move(members),
                  [work](comm::Group& ep, comm::Group* tp) { RunCombine(*work, ep, tp); });
}

void LaunchExecutor(const char* operator_name, const LaunchArgs& launch) {
  const std::shared_ptr<Executor> executor = Enter(operator_name, launch);
  const std::shared_ptr<runtime::Stream> stream = runtime::FindStream(launch.stream);
  try {
    executor->Launch(*stream);
  } catch (const Error& error) {
    // Programs overwrite the status of phase 2 with that of the synchronise.
    stream->PostError(Error(error.code(), std::string(operator_name) + ": " + error.message()));
    throw;
  } catch (const std::bad_alloc&) {
    const Error error(Code::kRtMemoryAllocation, "out of memory");
    stream->PostError(error);
    throw error;
  }
}

void MakeExecutorRepeatable(const void* executor) {
  Require(executor != nullptr, Code::kInnerNullptr, "executor is null; must come from phase 1");
  Find(executor)->MakeRepeatable();
}

void DestroyExecutor(const void* executor) {
  Require(executor != nullptr, Code::kInnerNullptr, "executor is null; must come from phase 1");
  if (Executors().Remove(executor) == nullptr) FailUnknown();
}

}  // namespace ferry::ops
