/* How the operator functions are declared. */
#ifndef FERRY_ACLNNOP_ACLNN_UTIL_H_
#define FERRY_ACLNNOP_ACLNN_UTIL_H_

#if defined(__GNUC__)
#define ACLNN_API __attribute__((visibility("default")))
#else
#define ACLNN_API
#endif

#endif /* FERRY_ACLNNOP_ACLNN_UTIL_H_ */
