// The vectors of the specification that a test is about, by the beginnings of their names.
#ifndef FERRY_TESTS_SUPPORT_VECTOR_NAMES_H_
#define FERRY_TESTS_SUPPORT_VECTOR_NAMES_H_

#include <string>
#include <vector>

namespace ferry::support {

// Those of `names` that start with none of `prefixes`.
inline std::vector<std::string> NamesWithout(const std::vector<std::string>& prefixes,
                                             std::vector<std::string> names) {
  for (const std::string& prefix : prefixes) {
    std::erase_if(names, [&](const std::string& name) { return name.rfind(prefix, 0) == 0; });
  }
  return names;
}

}  // namespace ferry::support

#endif  // FERRY_TESTS_SUPPORT_VECTOR_NAMES_H_
