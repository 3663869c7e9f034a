#include "base/call_site.h"

#include <dlfcn.h>
#include <execinfo.h>

#include <array>
#include <optional>

#include "base/stack_frame.h"

namespace ferry {
namespace {

constexpr int kDepth = 24;          // frames looked at: Ferry's own and the program's
constexpr std::size_t kFrames = 4;  // frames told

// Whether the frame is in the C library, which starts main and threads.
bool StartsProgram(const StackFrame& frame) {
  return frame.module_name.rfind("libc.", 0) == 0;
}

using Frames = std::array<void*, kDepth>;

// The first frame that is not Ferry's; 1 (behind CallSite itself) if all are, as in a program that
// links Ferry statically.
std::size_t FirstOutside(const Frames& frames, std::size_t depth) {
  Dl_info own{};
  ::dladdr(reinterpret_cast<const void*>(&CallSite), &own);
  for (std::size_t i = 1; i < depth; ++i) {
    const auto frame = FrameOf(frames[i]);
    if (!frame || frame->module == own.dli_fbase) continue;
    return StartsProgram(*frame) ? 1 : i;
  }
  return 1;
}

}  // namespace

std::string CallSite() {
  Frames frames{};
  const auto depth = static_cast<std::size_t>(::backtrace(frames.data(), kDepth));
  std::string text;
  std::size_t told = 0;
  for (std::size_t i = FirstOutside(frames, depth); i < depth && told < kFrames; ++i) {
    const auto frame = FrameOf(frames[i]);
    if (!frame) continue;
    if (StartsProgram(*frame)) break;
    if (told++ > 0) text += " <- ";
    text += PlaceText(*frame);
  }
  return text.empty() ? "an unknown place" : text;
}

}  // namespace ferry
