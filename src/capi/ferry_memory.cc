// Memory that peers can read, for programs that bring their own buffers.
#include <ferry/ferry.h>

#include "capi/device_memory.h"
#include "capi/guard.h"

void* ferry_alloc(size_t size) {
  void* memory = nullptr;
  ferry::capi::Guard("ferry_alloc",
                     [&] { memory = ferry::capi::AllocateOnDevice(size, /*tail=*/0); });
  return memory;
}

int ferry_free(void* memory) {
  return ferry::capi::Guard("ferry_free", [&] { ferry::capi::FreeOnDevice(memory, "memory"); });
}
