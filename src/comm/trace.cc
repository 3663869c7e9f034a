#include "comm/trace.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/env.h"

namespace ferry::comm {
namespace {

constexpr std::size_t kMaxFrames = 48;  // looked at
constexpr std::size_t kMaxShown = 8;

std::string Demangled(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.get() : name;
}

std::string_view FileName(const char* path) {
  const std::string_view text = path == nullptr ? "?" : path;
  return text.substr(text.rfind('/') + 1);
}

std::string Describe(const void* frame, const Dl_info& info) {
  const auto address = reinterpret_cast<std::uintptr_t>(frame);
  if (info.dli_sname != nullptr)
    return fmt::format("{}+{:#x} in {}", Demangled(info.dli_sname),
                       address - reinterpret_cast<std::uintptr_t>(info.dli_saddr),
                       FileName(info.dli_fname));
  return fmt::format("{}+{:#x}", FileName(info.dli_fname),
                     address - reinterpret_cast<std::uintptr_t>(info.dli_fbase));
}

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
    Dl_info info{};
    if (dladdr(frames[i], &info) == 0) continue;
    const bool is_own = info.dli_fbase == own;
    entered = entered || is_own;
    left = left || (entered && !is_own);
    if (!left) continue;
    text += (text.empty() ? "" : " < ") + Describe(frames[i], info);
    ++shown;
  }
  return std::make_shared<const std::string>(text.empty() ? "an unknown place" : text);
}

}  // namespace ferry::comm
