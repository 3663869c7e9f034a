/* The whole of acl: start and end of the library, messages, and all other acl headers. */
#ifndef FERRY_ACL_ACL_H_
#define FERRY_ACL_ACL_H_

#include "acl/acl_base.h"
#include "acl/acl_mdl.h"
#include "acl/acl_op.h"
#include "acl/acl_rt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Starts the library for this process.
 *
 *   configPath   path of a JSON file, or null. The contents have no effect
 *
 * Everything is usable after it; a second call counts a reference and returns 100002.
 * Errors: 100002 already started; 100003 the file cannot be read; 100000 FERRY_PRODUCT names no
 * product. Source: runtime specification, section 5.4. */
ACL_FUNC_VISIBILITY aclError aclInit(const char* configPath);

/* Ends the library, however many references aclInit counted.
 *
 * Errors: 100037 not started, or ended before. Source: runtime specification, section 5.4. */
ACL_FUNC_VISIBILITY aclError aclFinalize(void);

/* Drops one reference of aclInit; the last one ends the library.
 *
 *   refCount   out, may be null: references that are left
 *
 * Errors: 100037 none was left. Source: runtime specification, section 5.4. */
ACL_FUNC_VISIBILITY aclError aclFinalizeReference(uint64_t* refCount);

/* The calling thread's pending error message, which this call clears. Null when none is pending.
 *
 * Every function of acl, aclnn and hccl that returns an error records its message first; a failure
 * of queued work is recorded on the thread whose synchronise returns it. The text belongs to the
 * library and is valid until this thread calls the function again.
 * Source: runtime specification, section 5.2. */
ACL_FUNC_VISIBILITY const char* aclGetRecentErrMsg(void);

#ifdef __cplusplus
}
#endif

#endif /* FERRY_ACL_ACL_H_ */
