#include "launch_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

#include "base/launch.h"
#include "processes.h"

namespace ferry::tool {

void AddLaunchCommand(CLI::App& app, int& status) {
  const auto plan = std::make_shared<ProcessPlan>(ProcessPlan{
      .count = 0, .command = {}, .speaker = "ferry launch", .noun = "rank", .explained_status = 0});
  CLI::App* launch =
      app.add_subcommand("launch", "Start a program as several processes that can join");
  launch->prefix_command();
  launch->add_option("-n,--processes", plan->count, "Processes to start")
      ->required()
      ->check(CLI::Range(1, env::kMostProcesses));
  launch->footer(
      "As in: ferry launch -n 4 PROGRAM ARGS...   (what follows PROGRAM is its own)\n"
      "Each process gets FERRY_RANK, FERRY_WORLD_SIZE, FERRY_LOCAL_RANK, FERRY_ROOT and\n"
      "FERRY_SECRET_FILE, from which ferry_comm_init_from_env (ferry/launch.h) and `ferry run` "
      "join.\n"
      "SIGINT, SIGTERM and SIGHUP are passed on; when one process fails, the others are ended.\n"
      "Exit status: that of the first process that failed, 128 + N for signal N; 2 cannot be run.");
  launch->callback([plan, launch, &status] {
    try {
      plan->command = launch->remaining();
      if (plan->command.empty()) throw std::invalid_argument("PROGRAM is missing");
      status = RunProcesses(*plan);
    } catch (const std::exception& error) {
      fmt::print(stderr, "ferry launch: {}\n", error.what());
      status = 2;
    }
  });
}

}  // namespace ferry::tool
