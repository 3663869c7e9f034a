#include "comm/trace.h"

#include <dlfcn.h>
#include <execinfo.h>

#include <array>

#include "base/env.h"
#include "base/stack_frame.h"

namespace ferry::comm {
namespace {

constexpr std::size_t kMaxFrames = 48;  // looked at
constexpr std::size_t kMaxShown = 8;

const void* OwnLibrary() {
  Dl_info info{};
  return dladdr(reinterpret_cast<const void*>(&CaptureStack), &info) != 0 ? info.dli_fbase
                                                                          : nullptr;
}

}  // namespace

Stack CaptureStack() {
  if (!env::Trace()) return nullptr;
  std::array<void*, kMaxFrames> frames{};
  const auto count = static_cast<std::size_t>(backtrace(frames.data(), kMaxFrames));
  const void* const own = OwnLibrary();
  std::string text;
  std::size_t shown = 0;
  // A sanitizer's backtrace comes first, then the library's own frames, then its caller's.
  bool entered = false;
  bool left = false;
  for (std::size_t i = 0; i < count && shown < kMaxShown; ++i) {
    const auto frame = FrameOf(frames[i]);
    if (!frame) continue;
    const bool is_own = frame->module == own;
    entered = entered || is_own;
    left = left || (entered && !is_own);
    if (!left) continue;
    text += (text.empty() ? "" : " < ") + PlaceText(*frame);
    ++shown;
  }
  return std::make_shared<const std::string>(text.empty() ? "an unknown place" : text);
}

}  // namespace ferry::comm
