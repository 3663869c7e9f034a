// ferry: the command line. One file a subcommand. Exit status 2: arguments that make no sense.
#include <ferry/ferry.h>

#include <CLI/CLI.hpp>

#include "check_command.h"
#include "explain_command.h"
#include "info_command.h"
#include "launch_command.h"
#include "run_command.h"

int main(int argc, char** argv) {
  CLI::App app("Ferry carries MoE tokens to their experts and back, on any Linux machine.");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("ferry ") + ferry_version());
  int status = 0;
  ferry::tool::AddRunCommand(app, status);
  ferry::tool::AddLaunchCommand(app, status);
  ferry::tool::AddCheckCommand(app, status);
  ferry::tool::AddExplainCommand(app, status);
  ferry::tool::AddInfoCommand(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;  // --help and --version are no errors
  }
  return status;
}
