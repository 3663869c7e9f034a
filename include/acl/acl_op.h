/* The header of acl's single-operator interface. Ferry's operators have the two-phase interface of
 * aclnn instead (aclnnop/), so it offers the types of acl_base.h and no functions of its own. */
#ifndef FERRY_ACL_ACL_OP_H_
#define FERRY_ACL_ACL_OP_H_

#include "acl/acl_base.h"
#include "acl/acl_rt.h"

#endif /* FERRY_ACL_ACL_OP_H_ */
