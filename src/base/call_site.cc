#include "base/call_site.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace ferry {
namespace {

constexpr int kDepth = 24;          // frames looked at: Ferry's own and the program's
constexpr std::size_t kFrames = 4;  // frames told
constexpr std::size_t kName = 80;   // characters of one frame's name

// What the loader calls the module that `address` lies in, without its folder.
std::string_view ModuleOf(const Dl_info& info) {
  const std::string_view path = info.dli_fname == nullptr ? "?" : info.dli_fname;
  return path.substr(path.rfind('/') + 1);
}

// The function's name without its arguments, which may be as long as a page.
std::string ReadableName(const char* symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> demangled(
      abi::__cxa_demangle(symbol, nullptr, nullptr, &status), std::free);
  std::string name = status == 0 && demangled != nullptr ? demangled.get() : symbol;
  constexpr std::string_view kAnonymous = "(anonymous namespace)::";
  for (auto at = name.find(kAnonymous); at != std::string::npos; at = name.find(kAnonymous)) {
    name.erase(at, kAnonymous.size());
  }
  return name.substr(0, std::min(name.find('('), kName));
}

// Whether the frame is in the C library, which starts main and threads.
bool StartsProgram(const Dl_info& info) {
  return ModuleOf(info).substr(0, 5) == "libc.";
}

std::string FrameText(const void* address, const Dl_info& info) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const std::string module(ModuleOf(info));
  if (info.dli_sname == nullptr)
    return fmt::format("{}+{:#x}", module, at - reinterpret_cast<std::uintptr_t>(info.dli_fbase));
  return fmt::format("{}+{:#x} ({})", ReadableName(info.dli_sname),
                     at - reinterpret_cast<std::uintptr_t>(info.dli_saddr), module);
}

using Frames = std::array<void*, kDepth>;

// The first frame that is not Ferry's; 1 (behind CallSite itself) if all are, as in a program that
// links Ferry statically.
std::size_t FirstOutside(const Frames& frames, std::size_t depth) {
  Dl_info own{};
  ::dladdr(reinterpret_cast<const void*>(&CallSite), &own);
  for (std::size_t i = 1; i < depth; ++i) {
    Dl_info info{};
    if (::dladdr(frames[i], &info) == 0 || info.dli_fbase == own.dli_fbase) continue;
    return StartsProgram(info) ? 1 : i;
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
    Dl_info info{};
    if (::dladdr(frames[i], &info) == 0) continue;
    if (StartsProgram(info)) break;
    if (told++ > 0) text += " <- ";
    text += FrameText(frames[i], info);
  }
  return text.empty() ? "an unknown place" : text;
}

}  // namespace ferry
