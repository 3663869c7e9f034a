/* A C program against the installed headers: memory of a device, there and back. */
#include <acl/acl.h>
#include <aclnnop/aclnn_moe_distribute_combine_v2.h>
#include <aclnnop/aclnn_moe_distribute_dispatch_v2.h>
#include <ferry/ferry.h>
#include <hccl/hccl.h>
#include <stdio.h>
#include <string.h>

#define CHECK(call)                                       \
  do {                                                    \
    const int ret = (int)(call);                          \
    if (ret != 0) return printf("%s = %d\n", #call, ret); \
  } while (0)

int main(void) {
  char text[] = "there and back";
  char back[sizeof text] = "";
  void* memory = NULL;
  uint64_t workspace_size = 0;
  aclOpExecutor* executor = NULL;

  if (strcmp(ferry_version(), FERRY_VERSION_STRING) != 0) return printf("another version\n");
  CHECK(aclInit(NULL));
  CHECK(aclrtSetDevice(0));
  CHECK(aclrtMalloc(&memory, sizeof text, ACL_MEM_MALLOC_HUGE_FIRST));
  CHECK(aclrtMemcpy(memory, sizeof text, text, sizeof text, ACL_MEMCPY_HOST_TO_DEVICE));
  CHECK(aclrtMemcpy(back, sizeof back, memory, sizeof text, ACL_MEMCPY_DEVICE_TO_HOST));
  if (strcmp(text, back) != 0) return printf("read back: %s\n", back);

  /* The operators link from C: without arguments they refuse and say why. */
  if (aclnnMoeDistributeDispatchV2GetWorkspaceSize(
          NULL, NULL, NULL, NULL, NULL, "group", 2, 0, 2, "", 0, 0, 0, 1, 0, 0, 0, 1, NULL, NULL,
          NULL, NULL, NULL, NULL, NULL, NULL, &workspace_size, &executor) == 0) {
    return printf("a call without tensors was accepted\n");
  }
  if (aclGetRecentErrMsg() == NULL) return printf("refused without a message\n");

  CHECK(aclrtFree(memory));
  CHECK(aclrtResetDevice(0));
  CHECK(aclFinalize());
  printf("%s", "C99: there and back\n");
  return 0;
}
