/* Tensors and executors of the two-phase operators, and the status codes of aclnn.
 *
 * An operator runs in two phases. `aclnn<Operator>GetWorkspaceSize` checks all arguments, copies
 * what it needs of them, strings included, and returns an executor. `aclnn<Operator>` queues the
 * executor on a stream. Tensor objects may be destroyed as soon as the second phase has returned;
 * the memory they describe must live until the stream has passed the operator.
 * Source of all: runtime specification, sections 4.3, 6 and 7. */
#ifndef FERRY_ACLNN_ACL_META_H_
#define FERRY_ACLNN_ACL_META_H_

#include "acl/acl_base.h"

#ifndef __cplusplus
#include <stdbool.h>
#endif

/* Other headers of the field define these two as well, under the same guard. */
#ifndef ACLNN_META
#define ACLNN_META
typedef int32_t aclnnStatus;
#ifdef __cplusplus
constexpr aclnnStatus OK = 0;
#else
static const aclnnStatus OK = 0;
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct aclOpExecutor aclOpExecutor;
typedef struct aclTensor aclTensor;
typedef struct aclScalar aclScalar;
typedef struct aclIntArray aclIntArray;
typedef struct aclFloatArray aclFloatArray;
typedef struct aclBoolArray aclBoolArray;
typedef struct aclTensorList aclTensorList;
typedef struct aclScalarList aclScalarList;

/* ---- status codes ---- */

static const aclnnStatus ACLNN_SUCCESS = 0;

static const aclnnStatus ACLNN_ERR_PARAM_NULLPTR = 161001; /* a mandatory argument is null */
static const aclnnStatus ACLNN_ERR_PARAM_INVALID = 161002; /* a data type, a name, a size */
static const aclnnStatus ACLNN_ERR_RUNTIME_ERROR = 361001; /* a group that does not exist */

static const aclnnStatus ACLNN_ERR_INNER = 561000;
static const aclnnStatus ACLNN_ERR_INNER_INFERSHAPE_ERROR = 561001;
static const aclnnStatus ACLNN_ERR_INNER_TILING_ERROR = 561002; /* a shape or value not allowed */
static const aclnnStatus ACLNN_ERR_INNER_FIND_KERNEL_ERROR = 561003;

static const aclnnStatus ACLNN_ERR_INNER_CREATE_EXECUTOR = 561101;
static const aclnnStatus ACLNN_ERR_INNER_NOT_TRANS_EXECUTOR = 561102;
static const aclnnStatus ACLNN_ERR_INNER_NULLPTR = 561103;
static const aclnnStatus ACLNN_ERR_INNER_WRONG_ATTR_INFO_SIZE = 561104;
static const aclnnStatus ACLNN_ERR_INNER_KEY_CONFLICT = 561105;
static const aclnnStatus ACLNN_ERR_INNER_KEY_CONFILICT = 561105; /* the spelling of the field */
static const aclnnStatus ACLNN_ERR_INNER_INVALID_IMPL_MODE = 561106;
static const aclnnStatus ACLNN_ERR_INNER_OPP_PATH_NOT_FOUND = 561107;
static const aclnnStatus ACLNN_ERR_INNER_LOAD_JSON_FAILED = 561108;
static const aclnnStatus ACLNN_ERR_INNER_JSON_VALUE_NOT_FOUND = 561109;
static const aclnnStatus ACLNN_ERR_INNER_JSON_FORMAT_INVALID = 561110;
static const aclnnStatus ACLNN_ERR_INNER_JSON_DTYPE_INVALID = 561111;
static const aclnnStatus ACLNN_ERR_INNER_OPP_KERNEL_PKG_NOT_FOUND = 561112;
static const aclnnStatus ACLNN_ERR_INNER_OP_FILE_INVALID = 561113;
static const aclnnStatus ACLNN_ERR_INNER_ATTR_NUM_OUT_OF_BOUND = 561114;
static const aclnnStatus ACLNN_ERR_INNER_ATTR_LEN_NOT_ENOUGH = 561115;
static const aclnnStatus ACLNN_ERR_INNER_INPUT_NUM_IN_JSON_TOO_LARGE = 561116;
static const aclnnStatus ACLNN_ERR_INNER_INPUT_JSON_IS_NULL = 561117;
static const aclnnStatus ACLNN_ERR_INNER_STATIC_WORKSPACE_INVALID = 561118;
static const aclnnStatus ACLNN_ERR_INNER_STATIC_BLOCK_DIM_INVALID = 561119;

/* ---- tensors ---- */

/* Describes memory as a tensor. Copies dims and strides, not the data.
 *
 *   viewDims     [viewDimsNum]      elements along each dimension
 *   dataType                        element type; not checked here
 *   stride       [viewDimsNum]      elements from one index to the next; null: contiguous
 *   offset                          elements from tensorData to the first element of the view
 *   format                          layout label, see aclFormat
 *   storageDims  [storageDimsNum]   shape of the whole storage; kept, not checked
 *   tensorData                      storage base; may be null and set later
 *
 * Returns null only if a dims pointer is null while its count is not 0. Nothing else is checked:
 * the operators check what they use. */
ACL_FUNC_VISIBILITY aclTensor* aclCreateTensor(const int64_t* viewDims, uint64_t viewDimsNum,
                                               aclDataType dataType, const int64_t* stride,
                                               int64_t offset, aclFormat format,
                                               const int64_t* storageDims, uint64_t storageDimsNum,
                                               void* tensorData);

/* Ends a tensor object, not its data. Null is allowed.
 * Errors: 161002 not a tensor of this library. */
ACL_FUNC_VISIBILITY aclnnStatus aclDestroyTensor(const aclTensor* tensor);

/* Shape of the view.
 *
 *   viewDims      out   array made with new[]; the caller frees it with delete[]
 *   viewDimsNum   out   its length
 *
 * Errors: 161001 a null pointer; 161002 not a tensor of this library. */
ACL_FUNC_VISIBILITY aclnnStatus aclGetViewShape(const aclTensor* tensor, int64_t** viewDims,
                                                uint64_t* viewDimsNum);

/* Shape of the storage. As aclGetViewShape. */
ACL_FUNC_VISIBILITY aclnnStatus aclGetStorageShape(const aclTensor* tensor, int64_t** storageDims,
                                                   uint64_t* storageDimsNum);

/* Strides of the view, in elements. As aclGetViewShape. */
ACL_FUNC_VISIBILITY aclnnStatus aclGetViewStrides(const aclTensor* tensor, int64_t** stridesValue,
                                                  uint64_t* stridesNum);

/* Elements from the storage base to the first element of the view.
 *   offset   out
 * Errors: 161001 a null pointer; 161002 not a tensor of this library. */
ACL_FUNC_VISIBILITY aclnnStatus aclGetViewOffset(const aclTensor* tensor, int64_t* offset);

/* Layout label.
 *   format   out
 * Errors: as aclGetViewOffset. */
ACL_FUNC_VISIBILITY aclnnStatus aclGetFormat(const aclTensor* tensor, aclFormat* format);

/* Element type.
 *   dataType   out
 * Errors: as aclGetViewOffset. */
ACL_FUNC_VISIBILITY aclnnStatus aclGetDataType(const aclTensor* tensor, aclDataType* dataType);

/* Describes other memory with the same object, as aclCreateTensor would describe it. Executors made
 * before keep what they had.
 * Errors: 161001 tensor is null, or a dims pointer while its count is not 0; 161002 not a tensor of
 * this library. */
ACL_FUNC_VISIBILITY aclnnStatus aclInitTensor(aclTensor* tensor, const int64_t* viewDims,
                                              uint64_t viewDimsNum, aclDataType dataType,
                                              const int64_t* stride, int64_t offset,
                                              aclFormat format, const int64_t* storageDims,
                                              uint64_t storageDimsNum, void* tensorDataAddr);

/* Sets the storage base of the tensor object. Executors made before keep the address that they have
 * (aclSetTensorAddr changes both).
 *   addr   any, null too
 * Errors: 161001 tensor is null; 161002 not a tensor of this library. */
ACL_FUNC_VISIBILITY aclnnStatus aclSetRawTensorAddr(aclTensor* tensor, void* addr);

/* Storage base of the tensor object.
 *   addr   out
 * Errors: as aclGetViewOffset. */
ACL_FUNC_VISIBILITY aclnnStatus aclGetRawTensorAddr(const aclTensor* tensor, void** addr);

/* ---- scalars, arrays, lists: no operator of this library takes one ---- */

/* Copies one element.
 *   value      [1]   null gives null
 *   dataType         a type of at least one byte (aclDataTypeSize), else null */
ACL_FUNC_VISIBILITY aclScalar* aclCreateScalar(void* value, aclDataType dataType);

/* Copies `size` numbers. Null only if value is null while size is not 0. */
ACL_FUNC_VISIBILITY aclIntArray* aclCreateIntArray(const int64_t* value, uint64_t size);
ACL_FUNC_VISIBILITY aclFloatArray* aclCreateFloatArray(const float* value, uint64_t size);
ACL_FUNC_VISIBILITY aclBoolArray* aclCreateBoolArray(const bool* value, uint64_t size);

/* Copies `size` pointers, which may be null; what they point to belongs to the list from now on.
 * Null only if value is null while size is not 0. */
ACL_FUNC_VISIBILITY aclTensorList* aclCreateTensorList(const aclTensor* const* value,
                                                       uint64_t size);
ACL_FUNC_VISIBILITY aclScalarList* aclCreateScalarList(const aclScalar* const* value,
                                                       uint64_t size);

/* End an object. Null is allowed.
 * Errors: 161002 not such an object of this library. */
ACL_FUNC_VISIBILITY aclnnStatus aclDestroyScalar(const aclScalar* scalar);
ACL_FUNC_VISIBILITY aclnnStatus aclDestroyIntArray(const aclIntArray* array);
ACL_FUNC_VISIBILITY aclnnStatus aclDestroyFloatArray(const aclFloatArray* array);
ACL_FUNC_VISIBILITY aclnnStatus aclDestroyBoolArray(const aclBoolArray* array);

/* End a list and its elements. Null is allowed.
 * Errors: 161002 not such a list of this library; or an element was none or had been destroyed: the
 * list and its other elements are then ended all the same. */
ACL_FUNC_VISIBILITY aclnnStatus aclDestroyTensorList(const aclTensorList* array);
ACL_FUNC_VISIBILITY aclnnStatus aclDestroyScalarList(const aclScalarList* array);

/* Number of elements.
 *   size   out
 * Errors: 161001 a null pointer; 161002 not such an object of this library. */
ACL_FUNC_VISIBILITY aclnnStatus aclGetIntArraySize(const aclIntArray* array, uint64_t* size);
ACL_FUNC_VISIBILITY aclnnStatus aclGetFloatArraySize(const aclFloatArray* array, uint64_t* size);
ACL_FUNC_VISIBILITY aclnnStatus aclGetBoolArraySize(const aclBoolArray* array, uint64_t* size);
ACL_FUNC_VISIBILITY aclnnStatus aclGetTensorListSize(const aclTensorList* tensorList,
                                                     uint64_t* size);
ACL_FUNC_VISIBILITY aclnnStatus aclGetScalarListSize(const aclScalarList* scalarList,
                                                     uint64_t* size);

/* ---- executors ---- */

/* Lets the second phase use the executor any number of times, until aclDestroyAclOpExecutor. To be
 * called directly after the first phase; without it the second phase consumes the executor.
 * Errors: 561103 null; 561000 not an executor of this library. */
ACL_FUNC_VISIBILITY aclnnStatus aclSetAclOpExecutorRepeatable(aclOpExecutor* executor);

/* Gives a tensor of the executor other memory, from the next second phase on. First the storage
 * base of `tensor` becomes addr, as aclSetRawTensorAddr does; then the executor's tensor begins
 * where that object's view does. Its shape, strides and data type stay those of the first phase,
 * whatever the object's are; all checks of the first phase are made again. Launches already queued
 * keep what they had.
 *
 *   index   position in the operator's list, from 0; optional tensors count though they are absent,
 *           and so do those that later versions of the operator add:
 *             dispatch  inputs   x, expertIds, scales, xActiveMask, expertScales, two reserved
 *                       outputs  expandX, dynamicScales, assistInfoForCombine, expertTokenNums,
 *                                epRecvCounts, tpRecvCounts, expandScales
 *             combine   inputs   expandX, expertIds, assistInfoForCombine, epSendCounts,
 *                                expertScales, tpSendCounts, xActiveMask, activationScale,
 *                                weightScale, groupList, expandScales, sharedExpertX, five reserved
 *                       outputs  xOut
 *
 * aclSetInputTensorAddr counts inputs, aclSetOutputTensorAddr outputs, aclSetTensorAddr the inputs
 * and then the outputs.
 * Errors, after each of which the executor is as before: 561103 tensor or executor is null; 161002
 * not a tensor of this library; 561000 not an executor of this library, or consumed; 161002 index
 * out of range, or the tensor was absent in the first phase; what the first phase answers to such
 * an address (161001, 561002). */
ACL_FUNC_VISIBILITY aclnnStatus aclSetInputTensorAddr(aclOpExecutor* executor, const size_t index,
                                                      aclTensor* tensor, void* addr);
ACL_FUNC_VISIBILITY aclnnStatus aclSetOutputTensorAddr(aclOpExecutor* executor, const size_t index,
                                                       aclTensor* tensor, void* addr);
ACL_FUNC_VISIBILITY aclnnStatus aclSetTensorAddr(aclOpExecutor* executor, const size_t index,
                                                 aclTensor* tensor, void* addr);

/* The same for tensor lists. No operator of this library has one: always 161002. */
ACL_FUNC_VISIBILITY aclnnStatus aclSetDynamicInputTensorAddr(aclOpExecutor* executor,
                                                             size_t irIndex,
                                                             const size_t relativeIndex,
                                                             aclTensorList* tensors, void* addr);
ACL_FUNC_VISIBILITY aclnnStatus aclSetDynamicOutputTensorAddr(aclOpExecutor* executor,
                                                              size_t irIndex,
                                                              const size_t relativeIndex,
                                                              aclTensorList* tensors, void* addr);
ACL_FUNC_VISIBILITY aclnnStatus aclSetDynamicTensorAddr(aclOpExecutor* executor, size_t irIndex,
                                                        const size_t relativeIndex,
                                                        aclTensorList* tensors, void* addr);

/* The same six, as other clients spell them. */
ACL_FUNC_VISIBILITY aclnnStatus AclSetInputTensorAddr(aclOpExecutor* executor, const size_t index,
                                                      aclTensor* tensor, void* addr);
ACL_FUNC_VISIBILITY aclnnStatus AclSetOutputTensorAddr(aclOpExecutor* executor, const size_t index,
                                                       aclTensor* tensor, void* addr);
ACL_FUNC_VISIBILITY aclnnStatus AclSetTensorAddr(aclOpExecutor* executor, const size_t index,
                                                 aclTensor* tensor, void* addr);
ACL_FUNC_VISIBILITY aclnnStatus AclSetDynamicInputTensorAddr(aclOpExecutor* executor,
                                                             size_t irIndex,
                                                             const size_t relativeIndex,
                                                             aclTensorList* tensors, void* addr);
ACL_FUNC_VISIBILITY aclnnStatus AclSetDynamicOutputTensorAddr(aclOpExecutor* executor,
                                                              size_t irIndex,
                                                              const size_t relativeIndex,
                                                              aclTensorList* tensors, void* addr);
ACL_FUNC_VISIBILITY aclnnStatus AclSetDynamicTensorAddr(aclOpExecutor* executor, size_t irIndex,
                                                        const size_t relativeIndex,
                                                        aclTensorList* tensors, void* addr);

/* Ends an executor that no second phase has consumed. Calls already queued are not affected.
 * Errors: 561103 null; 561000 not an executor of this library, or consumed. */
ACL_FUNC_VISIBILITY aclnnStatus aclDestroyAclOpExecutor(aclOpExecutor* executor);

#ifdef __cplusplus
}
#endif

#endif /* FERRY_ACLNN_ACL_META_H_ */
