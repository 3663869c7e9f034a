// The executor between the two phases of an operator (spec runtime.md section 7).
//
//   void* executor = PrepareExecutor(call);                     // phase 1, throws what it refuses
//   LaunchExecutor(kDispatchV2, {workspace, bytes, executor, stream});  // phase 2
//
// Everything that phase 2 needs is in the executor: tensors' descriptions, attributes, the
// communicators. What a program destroys in between is not missed, except a communicator.
#ifndef FERRY_OPS_EXECUTOR_H_
#define FERRY_OPS_EXECUTOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "ops/lookup.h"
#include "ops/memory_use.h"
#include "ops/operation.h"
#include "runtime/stream.h"

namespace ferry::ops {

// Bytes that phase 2 wants of its caller, so no workspace is too small: rows go once from owner to
// place, and nothing is staged.
inline constexpr std::uint64_t kWorkspaceSize = 0;

// Which of an operator's lists of tensors an index counts in.
enum class TensorSide : std::uint8_t { kInputs, kOutputs, kInputsThenOutputs };

// Thread-safe. Launches keep the addresses that they started with.
class Executor {
 public:
  // Throws the first check of phase 1 that fails.
  Executor(Members members, std::unique_ptr<Operation> operation);
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  ~Executor() = default;

  [[nodiscard]] const char* operator_name() const { return operator_name_; }

  // Stored (relaxed) before the caller hands the executor to phase 2; no other data depends on it.
  [[nodiscard]] bool repeatable() const { return repeatable_.load(std::memory_order_relaxed); }
  void MakeRepeatable() { repeatable_.store(true, std::memory_order_relaxed); }

  // Takes the call's numbers and queues it. Throws Error{kParamNullptr} if a tensor that is used
  // has no address yet, Error{kRuntimeError} if a communicator was destroyed since phase 1,
  // Error{kRtInvalidHandle} if the stream was.
  void Launch(runtime::Stream& stream) const;

  // Gives a tensor other memory, or with null none: `offset` elements behind `storage` begins its
  // view. All checks of phase 1 are made again; if one fails, or there is no such tensor, throws
  // and changes nothing.
  void MoveTensor(TensorSide side, std::size_t index, std::byte* storage, std::int64_t offset);

 private:
  const Members members_;
  const char* const operator_name_;
  std::atomic<bool> repeatable_{false};
  mutable std::mutex mutex_;
  std::unique_ptr<Operation> operation_;  // guarded by mutex_
  // Of operation_, since each address was given; empty unless FERRY_STRICT=1. Guarded by mutex_.
  MemoryUses uses_;
  mutable Work work_;  // of operation_, from its first launch; guarded by mutex_
};

// Phase 1: checks the call, whose facts it looks up, and returns the handle of a new executor.
[[nodiscard]] void* PrepareExecutor(DispatchCall call);
[[nodiscard]] void* PrepareExecutor(CombineCall call);

// The arguments of a phase 2.
struct LaunchArgs {
  const void* workspace = nullptr;
  std::uint64_t workspace_size = 0;
  const void* executor = nullptr;
  const void* stream = nullptr;  // null: default stream of the current context
};

// Phase 2 of `operator_name`. A refusal by the entry checks leaves the executor as it was; after
// them it is consumed unless repeatable, and what fails is also left pending on the stream.
void LaunchExecutor(const char* operator_name, const LaunchArgs& launch);

// A null handle is Error{kInnerNullptr}, one of no executor Error{kInner}.
void MakeExecutorRepeatable(const void* executor);
void DestroyExecutor(const void* executor);
[[nodiscard]] std::shared_ptr<Executor> FindExecutor(const void* executor);

}  // namespace ferry::ops

#endif  // FERRY_OPS_EXECUTOR_H_
