// The constants, types and structures of the public headers as a C++ client sees them.
#include <cstring>
#include <type_traits>

#include "acl/acl.h"
#include "aclnn/aclnn_base.h"
#include "aclnnop/aclnn_moe_distribute_combine_v2.h"
#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "ferry/ferry.h"
#include "hccl/hccl.h"
#include "layout.h"

#define FERRY_CONSTANT(name, value) static_assert(name == (value), #name);
#include "constants_acl.inc"
#include "constants_codes.inc"
#include "constants_hccl.inc"
#undef FERRY_CONSTANT

// Programs written in C++11 spell the element type like this.
static_assert(aclDataType::ACL_BF16 == ACL_BF16 && aclFormat::ACL_FORMAT_ND == ACL_FORMAT_ND, "");

static_assert(std::is_same<aclError, int>::value, "");
static_assert(std::is_same<aclnnStatus, int32_t>::value, "");
static_assert(std::is_same<aclFloat16, uint16_t>::value, "");
static_assert(std::is_same<aclrtStream, void*>::value, "");
static_assert(std::is_same<aclrtEvent, void*>::value, "");
static_assert(std::is_same<aclrtContext, void*>::value, "");
static_assert(std::is_same<HcclComm, void*>::value, "");
static_assert(std::is_same<aclrtCallback, void (*)(void*)>::value, "");
static_assert(std::is_same<aclrtExceptionInfoCallback, void (*)(aclrtExceptionInfo*)>::value, "");
static_assert(std::is_same<aclrtExceptionInfo, rtExceptionInfo>::value, "");
static_assert(sizeof(aclDataType) == 4 && sizeof(HcclResult) == 4, "enumerations are C enums");

// The version of the headers is that of the build.
static_assert(FERRY_VERSION_MAJOR == FERRY_PROJECT_MAJOR, "");
static_assert(FERRY_VERSION_MINOR == FERRY_PROJECT_MINOR, "");
static_assert(FERRY_VERSION_PATCH == FERRY_PROJECT_PATCH, "");

int main() {
  const char* const wrong = WrongDefaultOfCommConfig();
  if (wrong != nullptr) printf("HcclCommConfigInit: %s\n", wrong);
  const bool same_version = strcmp(FERRY_VERSION_STRING, FERRY_PROJECT_VERSION) == 0;
  if (!same_version) printf("FERRY_VERSION_STRING is %s\n", FERRY_VERSION_STRING);
  return wrong != nullptr || !same_version;
}
