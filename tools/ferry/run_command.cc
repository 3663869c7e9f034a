#include "run_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "api.h"
#include "fault.h"
#include "presets.h"
#include "report.h"
#include "result_file.h"
#include "run.h"

namespace ferry::tool {
namespace {

std::string PresetNames() {
  std::vector<std::string> names;
  for (const Preset& preset : Presets()) names.push_back(preset.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

// The library of options would take -5 for 2^64 - 5.
CLI::Validator IsNatural() {
  return {[](const std::string& text) {
            const bool digits =
                std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
            return digits ? std::string() : fmt::format("is {}; must be 0 or more", text);
          },
          ""};
}

int Run(const RunOptions& options) {
  ResultFile json("--json", options.json_path);
  const RunResult result = RunText(options);
  fmt::print("{}", FormatReport(options, result));
  json.Write(FormatJson(options, result));
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
  run->add_option("--seed", options->seed, "Seed of embeddings and gate")
      ->check(IsNatural())
      ->capture_default_str();
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
