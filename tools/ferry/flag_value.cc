#include "flag_value.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "base/text.h"

namespace ferry::tool {

std::int64_t ParseNumber(const std::string& flag, const std::string& text) {
  const auto number = ParseInteger(text);
  if (!number) {
    throw std::invalid_argument(
        fmt::format("{} holds '{}'; must be an integer of 64 bits in decimal digits", flag, text));
  }
  return *number;
}

Numbers ParseNumbers(const std::string& flag, const std::string& text) {
  Numbers numbers;
  if (text.empty()) return numbers;
  for (std::size_t begin = 0;;) {
    const std::size_t comma = text.find(',', begin);
    numbers.push_back(ParseNumber(flag, text.substr(begin, comma - begin)));
    if (comma == std::string::npos) return numbers;
    begin = comma + 1;
  }
}

DType ParseType(const std::string& flag, const std::string& text) {
  static const std::vector<std::pair<std::string, DType>> types = {
      {"fp32", DType::kFloat32}, {"fp16", DType::kFloat16}, {"bf16", DType::kBFloat16},
      {"int8", DType::kInt8},    {"int32", DType::kInt32},  {"int64", DType::kInt64},
      {"bool", DType::kBool}};
  for (const auto& [name, type] : types) {
    if (name == text) return type;
  }
  if (const auto number = ParseInteger(text); number && *number >= -1 && *number <= 1000)
    return static_cast<DType>(*number);
  throw std::invalid_argument(
      fmt::format("{} holds '{}'; must be fp32, fp16, bf16, int8, int32, int64, bool or a number "
                  "of aclDataType",
                  flag, text));
}

TensorValue SplitTensorValue(const std::string& flag, const std::string& text) {
  const std::size_t at = text.find('=');
  if (at == std::string::npos)
    throw std::invalid_argument(fmt::format("{} is '{}'; must be NAME=VALUE", flag, text));
  return {text.substr(0, at), text.substr(at + 1)};
}

// Behind "=" a negative number is not taken for another flag, but no text is taken for none given.
void AppendFlag(const std::string& flag, const std::string& value,
                std::vector<std::string>& words) {
  if (value.empty()) {
    words.insert(words.end(), {flag, value});
  } else {
    words.push_back(flag + "=" + value);
  }
}

}  // namespace ferry::tool
