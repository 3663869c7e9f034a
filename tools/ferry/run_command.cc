#include "run_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "api.h"
#include "fault.h"
#include "presets.h"
#include "report.h"
#include "run.h"

namespace ferry::tool {
namespace {

std::string PresetNames() {
  std::vector<std::string> names;
  for (const Preset& preset : Presets()) names.push_back(preset.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

int Run(const RunOptions& options) {
  const RunResult result = RunText(options);
  fmt::print("{}", FormatReport(options, result));
  if (!options.json_path.empty()) {
    std::ofstream file(options.json_path);
    file << FormatJson(options, result);
    file.close();
    if (!file) {
      throw std::invalid_argument(
          fmt::format("--json is '{}', which cannot be written", options.json_path));
    }
  }
  return result.failure || result.difference ? 1 : 0;
}

}  // namespace

void AddRunCommand(CLI::App& app, int& status) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App* run = app.add_subcommand(
      "run", "Carry the words of a text to their experts and back; compare with the reference");
  run->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  run->add_option("--preset", options->preset, "Model sizes: " + PresetNames())
      ->capture_default_str();
  run->add_option("--text", options->text_path, "File whose words are the tokens")
      ->capture_default_str();
  run->add_option("--ep", options->ep_size, "Ranks of an EP group, 2..768; must divide the experts")
      ->capture_default_str();
  run->add_option("--tp", options->tp_size, "Ranks of a TP group, 1 or 2 (2: one expert a rank)")
      ->capture_default_str();
  run->add_option("--bs", options->batch_size, "Tokens of a rank in a batch, 1..512")
      ->capture_default_str();
  run->add_option("--seed", options->seed, "Seed of embeddings and gate")->capture_default_str();
  run->add_option("--json", options->json_path, "Also write the result to this file");
  run->add_option("--fault", options->fault,
                  fmt::format("Commit a fault and see what it looks like: absent:RANK, "
                              "mismatch:PARAM:RANK (PARAM one of {}) or flip:RANK",
                              fmt::join(MismatchParameters(), ", ")));
  run->footer("Exit status: 0 all equal; 1 a difference or a failed operator; 2 cannot be run.");
  run->callback([options, &status] {
    try {
      status = Run(*options);
    } catch (const std::exception& error) {
      fmt::print(stderr, "ferry run: {}\n", error.what());
      status = 2;
    }
  });
}

}  // namespace ferry::tool
