/* Tensor descriptors of acl's single-operator interface. No operator of this library takes one; the
 * functions keep what they are told and hand it back. Included by acl_base.h.
 *
 * Holds for all functions: a null or unknown descriptor is 100000 or 107017; functions that return
 * no status return the neutral value that is said, and record the message all the same.
 * Source: runtime specification, section 5.5, which gives the names; the documentation of acl. */
#ifndef FERRY_ACL_ACL_TENSOR_DESC_H_
#define FERRY_ACL_ACL_TENSOR_DESC_H_

#include "acl/acl_base.h"

#define ACL_TENSOR_SHAPE_RANGE_NUM 2
#define ACL_TENSOR_VALUE_RANGE_NUM 2
#define ACL_UNKNOWN_RANK 0xFFFFFFFFFFFFFFFE

#ifdef __cplusplus
extern "C" {
#endif

/* Describes a tensor. Copies the dims.
 *   dims   [numDims]   -1: unknown; a single -2: the number of dims is unknown; null for none
 * Null, with a message, if numDims is below 0 or dims is null while it is above. */
ACL_FUNC_VISIBILITY aclTensorDesc* aclCreateTensorDesc(aclDataType dataType, int numDims,
                                                       const int64_t* dims, aclFormat format);

/* Ends a descriptor. Null is allowed. */
ACL_FUNC_VISIBILITY void aclDestroyTensorDesc(const aclTensorDesc* desc);

/* Element type; ACL_DT_UNDEFINED without a descriptor. */
ACL_FUNC_VISIBILITY aclDataType aclGetTensorDescType(const aclTensorDesc* desc);

/* Layout label; ACL_FORMAT_UNDEFINED without a descriptor. */
ACL_FUNC_VISIBILITY aclFormat aclGetTensorDescFormat(const aclTensorDesc* desc);

/* Bytes and number of all elements; 0 when a dim is unknown, or without a descriptor. */
ACL_FUNC_VISIBILITY size_t aclGetTensorDescSize(const aclTensorDesc* desc);
ACL_FUNC_VISIBILITY size_t aclGetTensorDescElementCount(const aclTensorDesc* desc);

/* Number of dims; ACL_UNKNOWN_RANK when that is unknown; 0 without a descriptor. */
ACL_FUNC_VISIBILITY size_t aclGetTensorDescNumDims(const aclTensorDesc* desc);

/* One dim; -1 when it is unknown, is not there, or without a descriptor. */
ACL_FUNC_VISIBILITY int64_t aclGetTensorDescDim(const aclTensorDesc* desc, size_t index);

/* The same with a status.
 *   dimSize   out
 * Errors: 100000 null, or index not below the number of dims; 107017. */
ACL_FUNC_VISIBILITY aclError aclGetTensorDescDimV2(const aclTensorDesc* desc, size_t index,
                                                   int64_t* dimSize);

/* Smallest and largest size of a dim, as aclSetTensorShapeRange set them.
 *   dimRange   [dimRangeNum] out   two are written
 * Errors: 100000 null, dimRangeNum below 2, no range of that dim; 107017. */
ACL_FUNC_VISIBILITY aclError aclGetTensorDescDimRange(const aclTensorDesc* desc, size_t index,
                                                      size_t dimRangeNum, int64_t* dimRange);

/* Name, "" if none. Valid until the name changes or the descriptor ends. */
ACL_FUNC_VISIBILITY const char* aclGetTensorDescName(aclTensorDesc* desc);

/* Ranges of the dims.
 *   dimsRange   [dimsCount][2]   smallest, largest; -1: no limit
 * Errors: 100000 null; 107017. */
ACL_FUNC_VISIBILITY aclError aclSetTensorShapeRange(
    aclTensorDesc* desc, size_t dimsCount, int64_t dimsRange[][ACL_TENSOR_SHAPE_RANGE_NUM]);

/* Ranges of the values.
 *   valueRange   [valueCount][2]
 * Errors: 100000 null; 107017. */
ACL_FUNC_VISIBILITY aclError aclSetTensorValueRange(
    aclTensorDesc* desc, size_t valueCount, int64_t valueRange[][ACL_TENSOR_VALUE_RANGE_NUM]);

/* Name; null is "". */
ACL_FUNC_VISIBILITY void aclSetTensorDescName(aclTensorDesc* desc, const char* name);

/* Layout label and dims that the getters above return. Errors: 100000 null, numDims below 0;
 * 107017. */
ACL_FUNC_VISIBILITY aclError aclSetTensorFormat(aclTensorDesc* desc, aclFormat format);
ACL_FUNC_VISIBILITY aclError aclSetTensorShape(aclTensorDesc* desc, int numDims,
                                               const int64_t* dims);

/* Label and dims of the tensor before a conversion, and of its storage. Errors: as above. */
ACL_FUNC_VISIBILITY aclError aclSetTensorOriginFormat(aclTensorDesc* desc, aclFormat format);
ACL_FUNC_VISIBILITY aclError aclSetTensorOriginShape(aclTensorDesc* desc, int numDims,
                                                     const int64_t* dims);
ACL_FUNC_VISIBILITY aclError aclSetTensorStorageFormat(aclTensorDesc* desc, aclFormat format);
ACL_FUNC_VISIBILITY aclError aclSetTensorStorageShape(aclTensorDesc* desc, int numDims,
                                                      const int64_t* dims);

/* Whose memory the tensor is in. Errors: 100000 null, no aclMemType; 107017. */
ACL_FUNC_VISIBILITY aclError aclSetTensorPlaceMent(aclTensorDesc* desc, aclMemType memType);

/* Contents of a constant tensor, which stay the caller's.
 *   dataBuffer   [length bytes]
 * Errors: 100000 null; 107017. */
ACL_FUNC_VISIBILITY aclError aclSetTensorConst(aclTensorDesc* desc, void* dataBuffer,
                                               size_t length);

/* Makes the tensor part of a dynamic input. Errors: 100000 null; 107017. */
ACL_FUNC_VISIBILITY aclError aclSetTensorDynamicInput(aclTensorDesc* desc,
                                                      const char* dynamicInputName);

#ifdef __cplusplus
}
#endif

#endif /* FERRY_ACL_ACL_TENSOR_DESC_H_ */
