// `ferry launch`: a program as several processes, for those who have no launcher.
#ifndef FERRY_TOOLS_FERRY_LAUNCH_COMMAND_H_
#define FERRY_TOOLS_FERRY_LAUNCH_COMMAND_H_

#include <CLI/CLI.hpp>

namespace ferry::tool {

// Adds the subcommand. Its exit status goes to `status`: that of the first process that failed, 0
// if none did, 2 when nothing can be started.
void AddLaunchCommand(CLI::App& app, int& status);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_LAUNCH_COMMAND_H_
