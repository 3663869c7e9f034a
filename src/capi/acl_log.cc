// Lines of the application in the library's log.
#include <acl/acl.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <string>

#include "capi/guard.h"

namespace {

// The text of a printf; what is longer than a line of a log may be is cut.
std::string Format(const char* format, va_list arguments) {
  std::array<char, 1024> text{};
  const int length = std::vsnprintf(text.data(), text.size(), format, arguments);
  ferry::Require(length >= 0, ferry::Code::kAclInvalidParam, "fmt is no format of printf");
  return text.data();
}

void Write(aclLogLevel level, const std::string& line) {
  switch (level) {
    case ACL_DEBUG:
      return ferry::log::Debug(line);
    case ACL_INFO:
      return ferry::log::Info(line);
    case ACL_WARNING:
      return ferry::log::Warning(line);
    case ACL_ERROR:
      return ferry::log::Error(line);
  }
  ferry::Fail(ferry::Code::kAclInvalidParam, "logLevel is {}; must be in [{}, {}]",
              static_cast<int>(level), static_cast<int>(ACL_DEBUG), static_cast<int>(ACL_ERROR));
}

const char* OrUnknown(const char* name) {
  return name != nullptr ? name : "?";
}

}  // namespace

void aclAppLog(aclLogLevel logLevel, const char* func, const char* file, uint32_t line,
               const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  ferry::capi::Guard("aclAppLog", [&] {
    ferry::capi::RequireNotNull(format, "fmt");
    Write(logLevel, fmt::format("{}:{} {}: {}", OrUnknown(file), line, OrUnknown(func),
                                Format(format, arguments)));
  });
  va_end(arguments);
}
