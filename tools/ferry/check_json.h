// A call in JSON, as the flags of `ferry check`.
#ifndef FERRY_TOOLS_FERRY_CHECK_JSON_H_
#define FERRY_TOOLS_FERRY_CHECK_JSON_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace ferry::tool {

// One flag a value: {"ep": 8}, {"strict": true}, {"null": ["x"]}, {"shape": {"x": [8, 7168]}}.
// `app` has the flags, whose values it checks itself. Throws std::invalid_argument that names the
// file and the member.
[[nodiscard]] std::vector<std::string> ReadJsonFlags(const std::string& path, const CLI::App& app);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_CHECK_JSON_H_
