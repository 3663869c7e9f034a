#include "text.h"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <unordered_map>

#include "read_file.h"

namespace ferry::tool {
namespace {

// Bytes beyond ASCII are parts of UTF-8 letters: they belong to words and keep their case.
bool IsWordByte(unsigned char byte) {
  return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z');
}

char LowerAscii(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

}  // namespace

Text ReadText(const std::string& path) {
  const std::string content = ReadFile("--text", path);
  Text text;
  text.title = std::filesystem::path(path).filename().string();
  std::unordered_map<std::string, std::int32_t> index;
  std::string word;
  const auto finish_word = [&] {
    if (word.empty()) return;
    const auto [entry, is_new] = index.try_emplace(word, static_cast<std::int32_t>(index.size()));
    if (is_new) text.words.push_back(word);
    text.tokens.push_back(entry->second);
    word.clear();
  };
  for (const char letter : content) {
    if (IsWordByte(static_cast<unsigned char>(letter))) {
      word.push_back(LowerAscii(letter));
    } else {
      finish_word();
    }
  }
  finish_word();
  if (text.tokens.empty()) {
    throw std::runtime_error(fmt::format("--text is '{}', which holds no word", path));
  }
  return text;
}

}  // namespace ferry::tool
