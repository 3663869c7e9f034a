#include "base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/env.h"

namespace ferry::log {
namespace {

// A short write goes on where it stopped; any other failure ends the line: there is nobody to tell.
void WriteAll(const char* text, std::size_t size) noexcept {
  while (size > 0) {
    const ssize_t written = ::write(STDERR_FILENO, text, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text += written;
    size -= static_cast<std::size_t>(written);
  }
}

// No stream and no logger object: nothing that has a destructor at process exit, a thread or a lock
// that fork could leave held.
void WriteLine(env::LogLevel level, std::string_view message) noexcept {
  const int saved = errno;
  try {
    if (level >= env::GetLogLevel()) {
      fmt::memory_buffer line;
      fmt::format_to(std::back_inserter(line), "[ferry] {}", message);
      // A name that a user chose may hold a newline; the line stays one line.
      std::replace(line.begin(), line.end(), '\n', ' ');
      line.push_back('\n');
      WriteAll(line.data(), line.size());
    }
  } catch (...) {  // no memory for the line: logging must not make that worse
  }
  errno = saved;
}

}  // namespace

void Debug(std::string_view message) noexcept {
  WriteLine(env::LogLevel::kDebug, message);
}
void Info(std::string_view message) noexcept {
  WriteLine(env::LogLevel::kInfo, message);
}
void Warning(std::string_view message) noexcept {
  WriteLine(env::LogLevel::kWarning, message);
}
void Error(std::string_view message) noexcept {
  WriteLine(env::LogLevel::kError, message);
}

}  // namespace ferry::log
