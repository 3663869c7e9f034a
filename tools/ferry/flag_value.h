// What the values of flags say: numbers, lists of numbers, types, values of a tensor; how to write
// them.
#ifndef FERRY_TOOLS_FERRY_FLAG_VALUE_H_
#define FERRY_TOOLS_FERRY_FLAG_VALUE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/dtype.h"

namespace ferry::tool {

using Numbers = std::vector<std::int64_t>;

// Each throws std::invalid_argument that names the flag, its value and what is allowed.
[[nodiscard]] std::int64_t ParseNumber(const std::string& flag, const std::string& text);

// "64,7168"; "" is no number at all.
[[nodiscard]] Numbers ParseNumbers(const std::string& flag, const std::string& text);

// A name as bf16, or a number of aclDataType.
[[nodiscard]] DType ParseType(const std::string& flag, const std::string& text);

struct TensorValue {
  std::string tensor;
  std::string value;
};

// "expandX=64,7168".
[[nodiscard]] TensorValue SplitTensorValue(const std::string& flag, const std::string& text);

// Adds a flag and its value to words of a command line, whatever the value is.
void AppendFlag(const std::string& flag, const std::string& value, std::vector<std::string>& words);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_FLAG_VALUE_H_
