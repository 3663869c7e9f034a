// The executor between the two phases of an operator (spec runtime.md section 7).
//
//   void* executor = PrepareDispatch(call);                     // phase 1, throws what it refuses
//   LaunchExecutor(kDispatchV2, {workspace, bytes, executor, stream});  // phase 2
//
// Everything that phase 2 needs is in the executor: tensors' descriptions, attributes, the
// communicators. What a program destroys in between is not missed, except a communicator.
#ifndef FERRY_OPS_EXECUTOR_H_
#define FERRY_OPS_EXECUTOR_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "comm/group.h"
#include "ops/combine_call.h"
#include "ops/dispatch_call.h"
#include "ops/lookup.h"
#include "runtime/stream.h"

namespace ferry::ops {

inline constexpr const char* kDispatchV2 = "aclnnMoeDistributeDispatchV2";
inline constexpr const char* kCombineV2 = "aclnnMoeDistributeCombineV2";

// Bytes that phase 2 wants of its caller, so no workspace is too small: rows go once from owner to
// place, and nothing is staged.
inline constexpr std::uint64_t kWorkspaceSize = 0;

// What the operator does on its groups; `tp` is null without TP.
using Work = std::function<void(comm::Group& ep, comm::Group* tp)>;

class Executor {
 public:
  Executor(std::string operator_name, Members members, Work work)
      : operator_name_(std::move(operator_name)),
        members_(std::move(members)),
        work_(std::move(work)) {}
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  ~Executor() = default;

  [[nodiscard]] const std::string& operator_name() const { return operator_name_; }

  // Stored (relaxed) before the caller hands the executor to phase 2; no other data depends on it.
  [[nodiscard]] bool repeatable() const { return repeatable_.load(std::memory_order_relaxed); }
  void MakeRepeatable() { repeatable_.store(true, std::memory_order_relaxed); }

  // Takes the call's numbers and queues it. Throws Error{kRuntimeError} if a communicator was
  // destroyed since phase 1, Error{kRtInvalidHandle} if the stream was.
  void Launch(runtime::Stream& stream) const;

 private:
  const std::string operator_name_;
  const Members members_;
  const Work work_;
  std::atomic<bool> repeatable_{false};
};

// Phase 1: checks the call, whose facts it looks up, and returns the handle of a new executor.
[[nodiscard]] void* PrepareDispatch(DispatchCall call);
[[nodiscard]] void* PrepareCombine(CombineCall call);

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

void MakeExecutorRepeatable(const void* executor);
void DestroyExecutor(const void* executor);

}  // namespace ferry::ops

#endif  // FERRY_OPS_EXECUTOR_H_
