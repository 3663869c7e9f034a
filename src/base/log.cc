#include "base/log.h"

#include <unistd.h>

#include <cerrno>
#include <exception>
#include <string>

#include "base/env.h"

namespace ferry::log {
namespace {

// Plain write(2) instead of a logging library: one line stays one write among threads and
// processes, and nothing is left to flush, join or destroy when the process exits.
void Write(env::LogLevel level, std::string_view message) noexcept {
  if (level < env::GetLogLevel()) return;
  try {
    std::string line = "[ferry] ";
    line += message;
    line += '\n';
    const char* rest = line.data();
    std::size_t left = line.size();
    while (left > 0) {
      const ssize_t written = write(STDERR_FILENO, rest, left);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return;  // nobody reads stderr: a log line is not worth a failure
      rest += written;
      left -= static_cast<std::size_t>(written);
    }
  } catch (const std::exception&) {
    return;  // out of memory while reporting: the error itself still reaches the caller
  }
}

}  // namespace

void Debug(std::string_view message) noexcept {
  Write(env::LogLevel::kDebug, message);
}
void Info(std::string_view message) noexcept {
  Write(env::LogLevel::kInfo, message);
}
void Warning(std::string_view message) noexcept {
  Write(env::LogLevel::kWarning, message);
}
void Error(std::string_view message) noexcept {
  Write(env::LogLevel::kError, message);
}

}  // namespace ferry::log
