/* What every operator header rests on: tensors, executors, status codes; and aclnnInit. */
#ifndef FERRY_ACLNN_ACLNN_BASE_H_
#define FERRY_ACLNN_ACLNN_BASE_H_

#include "acl/acl_base.h"
#include "aclnn/acl_meta.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Returns 0 and has no effect: operators need no start of their own.
 *   configPath   any, may be null
 * Source: runtime specification, section 6. */
ACL_FUNC_VISIBILITY aclnnStatus aclnnInit(const char* configPath);

/* Returns 0 and has no effect. Source: runtime specification, section 6. */
ACL_FUNC_VISIBILITY aclnnStatus aclnnFinalize(void);

/* Where other libraries write tensors to files, this one does nothing and returns 0.
 *   opType, opName, tensors, inputTensorNum, outputTensorNum, stream   any
 * Source: runtime specification, section 6. */
ACL_FUNC_VISIBILITY aclnnStatus aclDumpOpTensors(const char* opType, const char* opName,
                                                 aclTensor** tensors, size_t inputTensorNum,
                                                 size_t outputTensorNum, aclrtStream stream);

#ifdef __cplusplus
}
#endif

#endif /* FERRY_ACLNN_ACLNN_BASE_H_ */
