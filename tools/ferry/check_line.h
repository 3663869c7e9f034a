// The `ferry check` line that a refused program prints, as flags again.
#ifndef FERRY_TOOLS_FERRY_CHECK_LINE_H_
#define FERRY_TOOLS_FERRY_CHECK_LINE_H_

#include <string>
#include <vector>

namespace ferry::tool {

// The flags of the first `ferry check --op ...` in `message`, which may be all that a program has
// printed. Throws std::invalid_argument if there is none, or a quote in it has no end.
[[nodiscard]] std::vector<std::string> FindCheckFlags(const std::string& message);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_CHECK_LINE_H_
