// `ferry info`: what this Ferry is and what it runs on.
#ifndef FERRY_TOOLS_FERRY_INFO_COMMAND_H_
#define FERRY_TOOLS_FERRY_INFO_COMMAND_H_

#include <CLI/CLI.hpp>

namespace ferry::tool {

void AddInfoCommand(CLI::App& app, int& status);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_INFO_COMMAND_H_
