#include "base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <functional>

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

// Whether `message` is among the last that were remembered, about a thousand; if not, remembers it.
// Without a lock, for the same reason as below: all who bring a message look at the same few places
// in the same order, so one of them is the first.
bool IsRemembered(std::string_view message) noexcept {
  constexpr std::size_t kPlaces = 1024;
  constexpr std::size_t kTries = 8;
  static std::array<std::atomic<std::uint64_t>, kPlaces> places{};
  static std::atomic<std::size_t> oldest{0};
  const std::uint64_t hash = std::hash<std::string_view>()(message) | 1;  // 0 is a free place
  // relaxed throughout: a place means only itself.
  for (std::size_t i = 0; i < kTries; ++i) {
    std::uint64_t seen = 0;
    if (places[(hash / 2 + i) % kPlaces].compare_exchange_strong(seen, hash,
                                                                 std::memory_order_relaxed))
      return false;
    if (seen == hash) return true;
  }
  const std::size_t victim = oldest.fetch_add(1, std::memory_order_relaxed) % kTries;
  places[(hash / 2 + victim) % kPlaces].store(hash, std::memory_order_relaxed);
  return false;
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

void ErrorOnce(std::string_view message) noexcept {
  if (!IsRemembered(message)) Error(message);
}

void Remember(std::string_view message) noexcept {
  (void)IsRemembered(message);
}

void Print(std::string_view text) noexcept {
  const int saved = errno;
  try {
    fmt::memory_buffer lines;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      fmt::format_to(std::back_inserter(lines), "[ferry] {}\n", text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    WriteAll(lines.data(), lines.size());
  } catch (...) {  // as in WriteLine
  }
  errno = saved;
}

}  // namespace ferry::log
