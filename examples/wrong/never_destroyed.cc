// A tensor object a step, and none of them is ever destroyed.
#include "ranks.h"

int main() {
  setenv("FERRY_STRICT", "1", 1);
  CHECK(aclInit(nullptr));
  CHECK(aclrtSetDevice(0));
  const int64_t dims[] = {4, 1024};
  for (int step = 0; step < 3; ++step) {
    void* memory = nullptr;
    CHECK(aclrtMalloc(&memory, 4 * 1024 * 2, ACL_MEM_MALLOC_HUGE_FIRST));
    // wrong: neither aclDestroyTensor nor aclrtFree follows
    aclCreateTensor(dims, 2, ACL_BF16, nullptr, 0, ACL_FORMAT_ND, dims, 2, memory);
  }
  CHECK(aclFinalize());
}
