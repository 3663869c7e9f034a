#include "check_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "check_call.h"
#include "check_report.h"
#include "check_request.h"
#include "check_result.h"
#include "result_file.h"

namespace ferry::tool {
namespace {

struct CheckOptions {
  CheckRequest request;
  std::string json_path;  // "" writes none
  bool all = false;
};

int Check(const CLI::App& app, const CheckOptions& options) {
  ResultFile json("--json", options.json_path);
  const CheckResult result = CheckCall(MakeCall(ReadRequest(app, options.request)));
  fmt::print("{}", FormatCheck(result, options.all));
  json.Write(FormatCheckJson(result));
  return result.answer || result.launch ? 1 : 0;
}

}  // namespace

void AddCheckCommand(CLI::App& app, int& status) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* check =
      app.add_subcommand("check", "Try a call against every rule; what window and memory it needs");
  AddCallOptions(*check, options->request);
  check->add_option("--json", options->json_path, "Also write the result to this file");
  check->add_flag("--all", options->all, "Show the rules that hold, too");
  check->footer(
      "A refused program prints the `ferry check` line of its call; --env finds it in the output:\n"
      "  ./program 2>&1 | ferry check --env -\n"
      "Exit status: 0 both phases accept the call; 1 one refuses it; 2 the call cannot be made "
      "out.");
  check->callback([check, options, &status] {
    try {
      status = Check(*check, *options);
    } catch (const std::exception& error) {
      fmt::print(stderr, "ferry check: {}\n", error.what());
      status = 2;
    }
  });
}

}  // namespace ferry::tool
