// Small helpers for text that people write: numbers, and files of one line.
#ifndef FERRY_BASE_TEXT_H_
#define FERRY_BASE_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry {

// The decimal integer that `text` consists of, sign allowed; nothing if there is anything else in
// it, blanks included, or if it does not fit.
[[nodiscard]] std::optional<std::int64_t> ParseInteger(std::string_view text);

// Bytes: decimal digits and an optional suffix K, M, G or T (powers of 1024, either case); nothing
// if malformed or above 2^64 - 1.
[[nodiscard]] std::optional<std::uint64_t> ParseBytes(std::string_view text);

// "1.5 GiB": for messages, where 1610612736 says little.
[[nodiscard]] std::string FormatBytes(std::uint64_t bytes);

// The content of a small file such as those of /proc, without the newline at its end; nothing if it
// cannot be read.
[[nodiscard]] std::optional<std::string> ReadSmallFile(const std::string& path);

}  // namespace ferry

#endif  // FERRY_BASE_TEXT_H_
