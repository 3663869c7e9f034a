/* The header of acl's model interface. Ferry runs no models; programs that include it get the
 * types of acl_base.h. */
#ifndef FERRY_ACL_ACL_MDL_H_
#define FERRY_ACL_ACL_MDL_H_

#include "acl/acl_base.h"
#include "acl/acl_rt.h"

#endif /* FERRY_ACL_ACL_MDL_H_ */
