#include "ops/executor.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/caught.h"
#include "base/env.h"
#include "runtime/context.h"
#include "runtime/handle_table.h"

namespace ferry::ops {
namespace {

runtime::HandleTable<Executor>& Executors() {
  // Never destroyed: threads may outlive statics.
  static auto* const kTable = new runtime::HandleTable<Executor>(runtime::HandleKind::kExecutor);
  return *kTable;
}

template <class Call>
void* Prepare(Call call) {
  Members members = LookUpFacts(call);
  return Executors().Add(
      std::make_shared<Executor>(std::move(members), OperationOf(std::move(call))));
}

[[noreturn]] void FailUnknown() {
  Fail(
      Code::kInner,
      "executor is no handle of an executor (used already without aclSetAclOpExecutorRepeatable, "
      "destroyed, or never handed out); must come from phase 1, anew for each phase 2 unless it is "
      "repeatable");
}

std::shared_ptr<Executor> Find(const void* handle) {
  std::shared_ptr<Executor> executor = Executors().Find(handle);
  if (executor == nullptr) FailUnknown();
  return executor;
}

void RequireExecutor(const void* handle, Code code) {
  Require(handle != nullptr, code, "executor is null; must come from phase 1");
}

// The executor of a launch that has passed the entry checks, taken out of the table unless it is
// repeatable.
std::shared_ptr<Executor> Enter(const std::string& operator_name, const LaunchArgs& launch) {
  RequireExecutor(launch.executor, Code::kParamNullptr);
  Require(launch.workspace != nullptr || launch.workspace_size == 0, Code::kParamNullptr,
          "workspace is null; must point to workspaceSize = {} bytes", launch.workspace_size);
  std::shared_ptr<Executor> executor = Find(launch.executor);
  Require(executor->operator_name() == operator_name, Code::kInner,
          "executor is one of {}; must be one of {}", executor->operator_name(), operator_name);
  // Of two threads that launch one executor, only one finds it still there.
  if (!executor->repeatable() && Executors().Remove(launch.executor) == nullptr) FailUnknown();
  return executor;
}

// The place that an index of an address update names.
const Position& PositionAt(const Positions& all, TensorSide side, std::size_t index,
                           const char* operator_name) {
  const bool outputs_only = side == TensorSide::kOutputs;
  const auto& first = outputs_only ? all.outputs : all.inputs;
  if (index < first.size()) return first[index];
  const std::size_t more = side == TensorSide::kInputsThenOutputs ? all.outputs.size() : 0;
  Require(index < first.size() + more, Code::kParamInvalid,
          "index is {}; must be in [0, {}] ({} of {})", index, first.size() + more - 1,
          outputs_only ? "outputs" : (more > 0 ? "inputs, then outputs," : "inputs"),
          operator_name);
  return all.outputs[index - first.size()];
}

// The memory of all tensors that the operation was given.
MemoryUses UsesOf(Operation& operation) {
  MemoryUses uses;
  const Positions all = operation.GetPositions();
  for (const auto* positions : {&all.inputs, &all.outputs}) {
    for (const Position& position : *positions) {
      if (position.tensor != nullptr) AddUse(position.name, *position.tensor, uses);
    }
  }
  return uses;
}

}  // namespace

Executor::Executor(Members members, std::unique_ptr<Operation> operation)
    : members_(std::move(members)),
      operator_name_(operation->name()),
      operation_(std::move(operation)) {
  operation_->Check();
  if (env::Strict()) uses_ = UsesOf(*operation_);
}

void Executor::Launch(runtime::Stream& stream) const {
  Work work;
  MemoryUses uses;
  {
    const std::lock_guard lock(mutex_);
    if (!work_) work_ = operation_->Prepare(members_);
    work = work_;
    uses = uses_;
  }
  QueueCollective(operator_name_, members_, work, stream, uses);
}

void Executor::MoveTensor(TensorSide side, std::size_t index, std::byte* storage,
                          std::int64_t offset) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Operation> moved = operation_->Clone();
  const Positions positions = moved->GetPositions();
  const Position& position = PositionAt(positions, side, index, operator_name_);
  Require(position.tensor != nullptr && position.tensor->has_value(), Code::kParamInvalid,
          "index is {}, {}, which {} does not have; must be a tensor that phase 1 was given", index,
          position.name, position.tensor == nullptr ? operator_name_ : "this executor");
  MoveTo(**position.tensor, storage, offset);
  moved->Check();
  const auto is_moved = [&](const MemoryUse& use) {
    return std::string_view(use.parameter) == position.name;
  };
  uses_.erase(std::remove_if(uses_.begin(), uses_.end(), is_moved), uses_.end());
  AddUse(position.name, *position.tensor, uses_);
  operation_ = std::move(moved);
  work_ = nullptr;
}

void* PrepareExecutor(DispatchCall call) {
  return Prepare(std::move(call));
}

void* PrepareExecutor(CombineCall call) {
  return Prepare(std::move(call));
}

void LaunchExecutor(const char* operator_name, const LaunchArgs& launch) {
  const std::shared_ptr<Executor> executor = Enter(operator_name, launch);
  const std::shared_ptr<runtime::Stream> stream = runtime::FindStream(launch.stream);
  // Programs overwrite the status of phase 2 with that of the synchronise.
  const auto leave_pending = [&](const Error& error) {
    stream->PostError(Error(error.code(), std::string(operator_name) + ": " + error.message()));
  };
  try {
    executor->Launch(*stream);
  } catch (const Error& error) {
    leave_pending(error);
    throw;  // with what a derived class adds
  } catch (...) {
    const Error error = Caught({Code::kRtMemoryAllocation, Code::kInner});
    leave_pending(error);
    throw error;
  }
}

void MakeExecutorRepeatable(const void* executor) {
  FindExecutor(executor)->MakeRepeatable();
}

void DestroyExecutor(const void* executor) {
  RequireExecutor(executor, Code::kInnerNullptr);
  if (Executors().Remove(executor) == nullptr) FailUnknown();
}

std::shared_ptr<Executor> FindExecutor(const void* executor) {
  RequireExecutor(executor, Code::kInnerNullptr);
  return Find(executor);
}

}  // namespace ferry::ops
