// A real text as a sequence of words.
#ifndef FERRY_TOOLS_FERRY_TEXT_H_
#define FERRY_TOOLS_FERRY_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ferry::tool {

struct Text {
  std::string title;                 // the file's name without its folder
  std::vector<std::string> words;    // distinct, in order of first appearance, lower case
  std::vector<std::int32_t> tokens;  // the text: an index into `words` per word
};

// The text that every Debian system has.
inline constexpr const char* kDefaultTextPath = "/usr/share/common-licenses/GPL-3";

// Splits a file into words: runs of letters, digits and bytes beyond ASCII. Throws
// std::runtime_error when the file cannot be read or holds no word.
[[nodiscard]] Text ReadText(const std::string& path);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_TEXT_H_
