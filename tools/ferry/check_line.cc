#include "check_line.h"

#include <stdexcept>
#include <string_view>

namespace ferry::tool {
namespace {

constexpr std::string_view kProgram = "ferry check ";
constexpr std::string_view kFirstFlag = "--op ";

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

// As ops::CheckCommand writes words for a shell: plain, or in single quotes, where '\'' is a quote.
// A word in quotes may hold a line's end.
std::vector<std::string> WordsOfLine(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  bool in_quotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_quotes) {
      in_quotes = c != '\'';
      if (in_quotes) word += c;
    } else if (c == '\n') {
      break;
    } else if (IsBlank(c)) {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      in_word = true;
      in_quotes = c == '\'';
      const bool is_escape = c == '\\' && i + 1 < text.size();
      if (!in_quotes) word += is_escape ? text[++i] : c;
    }
  }
  if (in_quotes) {
    throw std::invalid_argument(
        "--env: the `ferry check` line ends inside a quote; must be the whole line");
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

}  // namespace

std::vector<std::string> FindCheckFlags(const std::string& message) {
  const std::size_t at = message.find(std::string(kProgram) + std::string(kFirstFlag));
  if (at == std::string::npos) {
    throw std::invalid_argument(
        "--env holds no `ferry check --op ...` line; must be what a refused program has printed: "
        "the line is behind its first refusal, and behind each with FERRY_LOG=info");
  }
  return WordsOfLine(std::string_view(message).substr(at + kProgram.size()));
}

}  // namespace ferry::tool
