// Whether a text says something.
#ifndef FERRY_TESTS_TOOL_CONTAINS_H_
#define FERRY_TESTS_TOOL_CONTAINS_H_

#include <string>

namespace ferry::tool {

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace ferry::tool

#endif  // FERRY_TESTS_TOOL_CONTAINS_H_
