// Ties our codes and types to the public constants, at compile time.
#include <acl/acl.h>
#include <aclnn/aclnn_base.h>
#include <hccl/hccl.h>

#include "base/dtype.h"
#include "base/error.h"

namespace ferry::capi {
namespace {

template <class Constant>
constexpr bool Is(Code code, Constant constant) {
  return static_cast<int>(code) == static_cast<int>(constant);
}

static_assert(Is(Code::kOk, ACL_SUCCESS));
static_assert(Is(Code::kHcclPara, HCCL_E_PARA));
static_assert(Is(Code::kHcclPtr, HCCL_E_PTR));
static_assert(Is(Code::kHcclMemory, HCCL_E_MEMORY));
static_assert(Is(Code::kHcclInternal, HCCL_E_INTERNAL));
static_assert(Is(Code::kHcclNotSupport, HCCL_E_NOT_SUPPORT));
static_assert(Is(Code::kHcclNotFound, HCCL_E_NOT_FOUND));
static_assert(Is(Code::kHcclUnavail, HCCL_E_UNAVAIL));
static_assert(Is(Code::kHcclSyscall, HCCL_E_SYSCALL));
static_assert(Is(Code::kHcclTimeout, HCCL_E_TIMEOUT));
static_assert(Is(Code::kHcclOpenFileFailure, HCCL_E_OPEN_FILE_FAILURE));
static_assert(Is(Code::kHcclTcpConnect, HCCL_E_TCP_CONNECT));
static_assert(Is(Code::kHcclRemote, HCCL_E_REMOTE));

static_assert(Is(Code::kAclInvalidParam, ACL_ERROR_INVALID_PARAM));
static_assert(Is(Code::kAclRepeatInitialize, ACL_ERROR_REPEAT_INITIALIZE));
static_assert(Is(Code::kAclInvalidFile, ACL_ERROR_INVALID_FILE));
static_assert(Is(Code::kAclRepeatFinalize, ACL_ERROR_REPEAT_FINALIZE));
static_assert(Is(Code::kAclInternalError, ACL_ERROR_INTERNAL_ERROR));

static_assert(Is(Code::kRtParamInvalid, ACL_ERROR_RT_PARAM_INVALID));
static_assert(Is(Code::kRtInvalidDevice, ACL_ERROR_RT_INVALID_DEVICEID));
static_assert(Is(Code::kRtContextNull, ACL_ERROR_RT_CONTEXT_NULL));
static_assert(Is(Code::kRtStreamContext, ACL_ERROR_RT_STREAM_CONTEXT));
static_assert(Is(Code::kRtEventTimestampInvalid, ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID));
static_assert(Is(Code::kRtEventTimestampReversal, ACL_ERROR_RT_EVENT_TIMESTAMP_REVERSAL));
static_assert(Is(Code::kRtStreamSubscribe, ACL_ERROR_RT_STREAM_SUBSCRIBE));
static_assert(Is(Code::kRtThreadSubscribe, ACL_ERROR_RT_THREAD_SUBSCRIBE));
static_assert(Is(Code::kRtStreamNoCallbackRegistered, ACL_ERROR_RT_STREAM_NO_CB_REG));
static_assert(Is(Code::kRtInvalidHandle, ACL_ERROR_RT_INVALID_HANDLE));
static_assert(Is(Code::kRtWaitTimeout, ACL_ERROR_RT_WAIT_TIMEOUT));
static_assert(Is(Code::kRtStreamAbort, ACL_ERROR_RT_STREAM_ABORT));
static_assert(Is(Code::kRtFeatureNotSupport, ACL_ERROR_RT_FEATURE_NOT_SUPPORT));
static_assert(Is(Code::kRtMemoryAllocation, ACL_ERROR_RT_MEMORY_ALLOCATION));
static_assert(Is(Code::kRtAicoreException, ACL_ERROR_RT_AICORE_EXCEPTION));
static_assert(Is(Code::kRtStreamSyncTimeout, ACL_ERROR_RT_STREAM_SYNC_TIMEOUT));
static_assert(Is(Code::kRtEventSyncTimeout, ACL_ERROR_RT_EVENT_SYNC_TIMEOUT));

static_assert(Is(Code::kParamNullptr, ACLNN_ERR_PARAM_NULLPTR));
static_assert(Is(Code::kParamInvalid, ACLNN_ERR_PARAM_INVALID));
static_assert(Is(Code::kRuntimeError, ACLNN_ERR_RUNTIME_ERROR));
static_assert(Is(Code::kInner, ACLNN_ERR_INNER));
static_assert(Is(Code::kTiling, ACLNN_ERR_INNER_TILING_ERROR));
static_assert(Is(Code::kInnerNullptr, ACLNN_ERR_INNER_NULLPTR));

template <class Constant>
constexpr bool Is(DType type, Constant constant) {
  return static_cast<int>(type) == static_cast<int>(constant);
}

static_assert(Is(DType::kUndefined, ACL_DT_UNDEFINED));
static_assert(Is(DType::kFloat32, ACL_FLOAT));
static_assert(Is(DType::kFloat16, ACL_FLOAT16));
static_assert(Is(DType::kInt8, ACL_INT8));
static_assert(Is(DType::kInt32, ACL_INT32));
static_assert(Is(DType::kInt64, ACL_INT64));
static_assert(Is(DType::kBool, ACL_BOOL));
static_assert(Is(DType::kBFloat16, ACL_BF16));

}  // namespace
}  // namespace ferry::capi
