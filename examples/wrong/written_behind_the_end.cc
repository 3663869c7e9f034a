// A copy loop writes one element behind the end of its device memory.
#include "ranks.h"

int main() {
  setenv("FERRY_STRICT", "1", 1);
  CHECK(aclInit(nullptr));
  CHECK(aclrtSetDevice(0));
  constexpr size_t kElements = 1000;
  void* memory = nullptr;
  CHECK(aclrtMalloc(&memory, kElements * sizeof(float), ACL_MEM_MALLOC_HUGE_FIRST));
  auto* const elements = static_cast<float*>(memory);
  // The interface promises 32 bytes more than asked for, rounded up to 32: 1008 floats.
  for (size_t i = 0; i <= 1008; ++i) elements[i] = 0;  // wrong: one too many
  wrong::Say("aclrtFree", aclrtFree(memory));
  CHECK(aclrtResetDevice(0));
  CHECK(aclFinalize());
}
