// One caller on the stack, as a place that `addr2line -e MODULE OFFSET` knows.
#ifndef FERRY_BASE_STACK_FRAME_H_
#define FERRY_BASE_STACK_FRAME_H_

#include <cstdint>
#include <optional>
#include <string>

namespace ferry {

struct StackFrame {
  const void* module = nullptr;  // the same for all frames of a module
  std::string module_name;       // without its folder
  std::uintptr_t offset = 0;     // of the call, as the module's own file counts: ELF addresses
  std::string function;          // "" unless the module exports it
};

// The frame of an address that backtrace() gave, which is where the call returns to: on another
// line, or even in another function. Nothing if it lies in no module.
[[nodiscard]] std::optional<StackFrame> FrameOf(const void* return_address);

// `Upload (prog+0x1234)`, or `prog+0x1234` of a function without a name.
[[nodiscard]] std::string PlaceText(const StackFrame& frame);

}  // namespace ferry

#endif  // FERRY_BASE_STACK_FRAME_H_
