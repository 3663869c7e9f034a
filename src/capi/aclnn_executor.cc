// Executors as objects of their own; what they do is in the operators' files.
#include "aclnn/aclnn_base.h"
#include "capi/aclnn_tensor.h"
#include "capi/guard.h"
#include "ops/executor.h"

using ferry::Code;
using ferry::capi::AclnnGuard;
using ferry::ops::TensorSide;

namespace {

// Moves the tensor object first, then the executor's tensor at `index`, whose view begins where the
// object's does.
aclnnStatus SetAddress(const char* api, aclOpExecutor* executor, TensorSide side, size_t index,
                       aclTensor* tensor, void* addr) {
  return AclnnGuard(api, [&] {
    ferry::capi::RequireNotNull(tensor, "tensor", Code::kInnerNullptr);
    auto* const storage = static_cast<std::byte*>(addr);
    const std::int64_t offset = ferry::capi::SetStorage(tensor, storage);
    ferry::ops::FindExecutor(executor)->MoveTensor(side, index, storage, offset);
  });
}

aclnnStatus RefuseTensorList(const char* api, size_t ir_index, size_t relative_index) {
  return AclnnGuard(api, [&] {
    ferry::Fail(Code::kParamInvalid,
                "irIndex is {} and relativeIndex {}; no operator of this library has a tensor list",
                ir_index, relative_index);
  });
}

}  // namespace

aclnnStatus aclSetAclOpExecutorRepeatable(aclOpExecutor* executor) {
  return AclnnGuard(__func__, [&] { ferry::ops::MakeExecutorRepeatable(executor); });
}

aclnnStatus aclDestroyAclOpExecutor(aclOpExecutor* executor) {
  return AclnnGuard(__func__, [&] { ferry::ops::DestroyExecutor(executor); });
}

aclnnStatus aclSetInputTensorAddr(aclOpExecutor* executor, const size_t index, aclTensor* tensor,
                                  void* addr) {
  return SetAddress(__func__, executor, TensorSide::kInputs, index, tensor, addr);
}

aclnnStatus AclSetInputTensorAddr(aclOpExecutor* executor, const size_t index, aclTensor* tensor,
                                  void* addr) {
  return SetAddress(__func__, executor, TensorSide::kInputs, index, tensor, addr);
}

aclnnStatus aclSetOutputTensorAddr(aclOpExecutor* executor, const size_t index, aclTensor* tensor,
                                   void* addr) {
  return SetAddress(__func__, executor, TensorSide::kOutputs, index, tensor, addr);
}

aclnnStatus AclSetOutputTensorAddr(aclOpExecutor* executor, const size_t index, aclTensor* tensor,
                                   void* addr) {
  return SetAddress(__func__, executor, TensorSide::kOutputs, index, tensor, addr);
}

aclnnStatus aclSetTensorAddr(aclOpExecutor* executor, const size_t index, aclTensor* tensor,
                             void* addr) {
  return SetAddress(__func__, executor, TensorSide::kInputsThenOutputs, index, tensor, addr);
}

aclnnStatus AclSetTensorAddr(aclOpExecutor* executor, const size_t index, aclTensor* tensor,
                             void* addr) {
  return SetAddress(__func__, executor, TensorSide::kInputsThenOutputs, index, tensor, addr);
}

aclnnStatus aclSetDynamicInputTensorAddr(aclOpExecutor* /*executor*/, size_t irIndex,
                                         const size_t relativeIndex, aclTensorList* /*tensors*/,
                                         void* /*addr*/) {
  return RefuseTensorList(__func__, irIndex, relativeIndex);
}

aclnnStatus AclSetDynamicInputTensorAddr(aclOpExecutor* /*executor*/, size_t irIndex,
                                         const size_t relativeIndex, aclTensorList* /*tensors*/,
                                         void* /*addr*/) {
  return RefuseTensorList(__func__, irIndex, relativeIndex);
}

aclnnStatus aclSetDynamicOutputTensorAddr(aclOpExecutor* /*executor*/, size_t irIndex,
                                          const size_t relativeIndex, aclTensorList* /*tensors*/,
                                          void* /*addr*/) {
  return RefuseTensorList(__func__, irIndex, relativeIndex);
}

aclnnStatus AclSetDynamicOutputTensorAddr(aclOpExecutor* /*executor*/, size_t irIndex,
                                          const size_t relativeIndex, aclTensorList* /*tensors*/,
                                          void* /*addr*/) {
  return RefuseTensorList(__func__, irIndex, relativeIndex);
}

aclnnStatus aclSetDynamicTensorAddr(aclOpExecutor* /*executor*/, size_t irIndex,
                                    const size_t relativeIndex, aclTensorList* /*tensors*/,
                                    void* /*addr*/) {
  return RefuseTensorList(__func__, irIndex, relativeIndex);
}

aclnnStatus AclSetDynamicTensorAddr(aclOpExecutor* /*executor*/, size_t irIndex,
                                    const size_t relativeIndex, aclTensorList* /*tensors*/,
                                    void* /*addr*/) {
  return RefuseTensorList(__func__, irIndex, relativeIndex);
}
