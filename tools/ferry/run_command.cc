#include "run_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "api.h"
#include "base/launch.h"
#include "fault.h"
#include "presets.h"
#include "processes.h"
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

// This very run, as the processes that share its ranks.
int RunInProcesses(const RunOptions& options) {
  CheckOptions(options);
  ProcessPlan plan{
      .count = options.processes,
      .command = {std::filesystem::read_symlink("/proc/self/exe"), "run", "--preset",
                  options.preset, "--text", options.text_path, "--ep",
                  std::to_string(options.ep_size), "--tp", std::to_string(options.tp_size), "--bs",
                  std::to_string(options.batch_size), "--seed", std::to_string(options.seed)},
      .speaker = "ferry run",
      .noun = "process",
      .explained_status = 1};
  const auto add = [&plan](const char* flag, const std::string& value) {
    if (!value.empty()) plan.command.insert(plan.command.end(), {flag, value});
  };
  add("--json", options.json_path);
  add("--fault", options.fault);
  return RunProcesses(plan);
}

int Run(const RunOptions& options) {
  if (options.processes > 0) return RunInProcesses(options);
  const auto launch = env::ReadLaunch();
  const bool reports = !launch || launch->rank == 0;
  ResultFile json("--json", reports ? options.json_path : "");
  const RunResult result = RunText(options);
  if (result.is_told) return 0;
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
  run->add_option("--processes", options->processes,
                  "Share the ranks among so many processes, which must divide --ep * --tp")
      ->check(CLI::Range(1, env::kMostProcesses));
  run->footer(
      "Started by torchrun, Open MPI, Slurm or `ferry launch`, it is one of the processes that "
      "share\n"
      "the ranks; the first reports for all.\n"
      "Exit status: 0 all equal; 1 a difference or a failed operator; 2 cannot be run.");
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
