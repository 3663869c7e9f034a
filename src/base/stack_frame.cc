#include "base/stack_frame.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace ferry {
namespace {

constexpr std::size_t kName = 80;  // characters of a function's name

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

}  // namespace

std::optional<StackFrame> FrameOf(const void* return_address) {
  // Any byte of the call's instruction is on its line; its last stands before the return address.
  const std::uintptr_t call = reinterpret_cast<std::uintptr_t>(return_address) - 1;
  Dl_info info{};
  link_map* map = nullptr;
  if (::dladdr1(reinterpret_cast<const void*>(call), &info, reinterpret_cast<void**>(&map),
                RTLD_DL_LINKMAP) == 0) {
    return std::nullopt;
  }
  const std::string_view path = info.dli_fname == nullptr ? "?" : info.dli_fname;
  StackFrame frame;
  frame.module = info.dli_fbase;
  frame.module_name = path.substr(path.rfind('/') + 1);
  // From the load address rather than the first byte: they differ in a program that is not
  // position-independent, whose addresses are those of its file.
  frame.offset = call - (map == nullptr ? 0 : map->l_addr);
  if (info.dli_sname != nullptr) frame.function = ReadableName(info.dli_sname);
  return frame;
}

std::string PlaceText(const StackFrame& frame) {
  const std::string place = fmt::format("{}+{:#x}", frame.module_name, frame.offset);
  return frame.function.empty() ? place : fmt::format("{} ({})", frame.function, place);
}

}  // namespace ferry
