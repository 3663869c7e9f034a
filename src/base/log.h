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

}  // namespace ferry::log

#endif  // FERRY_BASE_LOG_H_
