// The whole of a file that a flag names.
#ifndef FERRY_TOOLS_FERRY_READ_FILE_H_
#define FERRY_TOOLS_FERRY_READ_FILE_H_

#include <string>

namespace ferry::tool {

// Anything that can be read to its end, also a pipe or /dev/stdin. Throws std::invalid_argument
// that names the flag, the file and the system's reason.
[[nodiscard]] std::string ReadFile(const std::string& flag, const std::string& path);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_READ_FILE_H_
