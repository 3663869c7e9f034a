// One line on stderr. CANN programs print only "ret = 561002"; these lines say why.
#ifndef FERRY_BASE_LOG_H_
#define FERRY_BASE_LOG_H_

#include <string_view>

namespace ferry::log {

// Each writes one line, prefixed `[ferry] `, when FERRY_LOG is at that level or below it.
// Thread-safe, never throws, and one line is one write(2).
void Debug(std::string_view message) noexcept;
void Info(std::string_view message) noexcept;
void Warning(std::string_view message) noexcept;
void Error(std::string_view message) noexcept;

// Error, unless this process has written the same line not long ago: for what many ranks say alike.
void ErrorOnce(std::string_view message) noexcept;

// Counts `message` as written by ErrorOnce: another line, which is about to be, says the same and
// more.
void Remember(std::string_view message) noexcept;

// Writes every line of `text` as a line of its own, whatever FERRY_LOG says: it was asked for.
void Print(std::string_view text) noexcept;

}  // namespace ferry::log

#endif  // FERRY_BASE_LOG_H_
