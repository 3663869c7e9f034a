/* The constants of the public headers as a C99 client sees them. */
#include <stdio.h>

#include "acl/acl.h"
#include "aclnn/aclnn_base.h"
#include "aclnnop/aclnn_moe_distribute_combine_v2.h"
#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "ferry/ferry.h"
#include "hccl/hccl.h"
#include "layout.h"

/* A `static const int` is no constant expression in C, so the values are compared at run time. */
static int CountWrongConstants(void) {
  int wrong = 0;
#define FERRY_CONSTANT(name, value)                                \
  if ((long long)(name) != (long long)(value)) {                   \
    printf(#name " is %lld, not " #value "\n", (long long)(name)); \
    ++wrong;                                                       \
  }
#include "constants_acl.inc"
#include "constants_codes.inc"
#include "constants_hccl.inc"
#undef FERRY_CONSTANT
  return wrong;
}

int main(void) {
  const char* const wrong = WrongDefaultOfCommConfig();
  if (wrong != NULL) printf("HcclCommConfigInit: %s\n", wrong);
  return wrong != NULL || CountWrongConstants() != 0;
}
