// `ferry run`: the words of a real text to their experts and back, checked bit for bit.
#ifndef FERRY_TOOLS_FERRY_RUN_COMMAND_H_
#define FERRY_TOOLS_FERRY_RUN_COMMAND_H_

#include <CLI/CLI.hpp>

namespace ferry::tool {

// Adds the subcommand. Its exit status goes to `status`: 0 all equal, 1 a difference or a failed
// operator, 2 arguments that cannot be run.
void AddRunCommand(CLI::App& app, int& status);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_RUN_COMMAND_H_
