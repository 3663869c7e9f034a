// `ferry check`: a call against every rule, without running it.
#ifndef FERRY_TOOLS_FERRY_CHECK_COMMAND_H_
#define FERRY_TOOLS_FERRY_CHECK_COMMAND_H_

#include <CLI/CLI.hpp>

namespace ferry::tool {

// Adds the subcommand. Its exit status goes to `status`: 0 phase 1 accepts the call, 1 it refuses
// it, 2 the call cannot be made out.
void AddCheckCommand(CLI::App& app, int& status);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_CHECK_COMMAND_H_
