#include "base/launch.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "base/env.h"
#include "base/error.h"
#include "base/text.h"

namespace ferry::env {
namespace {

constexpr const char* kLoopback = "127.0.0.1";

// The names of a launcher's variables; null for what it does not have.
struct Launcher {
  const char* name;
  const char* rank;
  const char* size;
  const char* local_rank;
  const char* local_size;            // processes on this host
  std::array<const char*, 2> nodes;  // the hosts; the first that is set counts
  std::array<const char*, 2> job;    // what tells one job from another, equal on all ranks
};

// In the order in which they are asked: a launcher that another one has started comes first.
constexpr std::array kLaunchers = {
    Launcher{"ferry launch",
             "FERRY_RANK",
             "FERRY_WORLD_SIZE",
             "FERRY_LOCAL_RANK",
             nullptr,
             {nullptr, nullptr},
             {nullptr, nullptr}},
    Launcher{"torchrun",
             "RANK",
             "WORLD_SIZE",
             "LOCAL_RANK",
             "LOCAL_WORLD_SIZE",
             {nullptr, nullptr},
             {"MASTER_PORT", "TORCHELASTIC_RUN_ID"}},
    Launcher{"Open MPI",
             "OMPI_COMM_WORLD_RANK",
             "OMPI_COMM_WORLD_SIZE",
             "OMPI_COMM_WORLD_LOCAL_RANK",
             "OMPI_COMM_WORLD_LOCAL_SIZE",
             {nullptr, nullptr},
             {"PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid"}},
    Launcher{"Slurm",
             "SLURM_PROCID",
             "SLURM_NTASKS",
             "SLURM_LOCALID",
             nullptr,
             {"SLURM_STEP_NODELIST", "SLURM_NODELIST"},
             {"SLURM_JOB_ID", "SLURM_STEP_ID"}},
};

std::string TextOf(const char* variable) {
  return variable == nullptr ? "" : Get(variable).value_or("");
}

// A batch script has the variables of a task, but runs once: only what srun starts is a rank.
bool IsBatchScript(const Launcher& launcher) {
  return std::string_view(launcher.name) == "Slurm" && Get("SLURM_JOB_ID") && !Get("SLURM_STEP_ID");
}

const Launcher* FindLauncher() {
  const auto* const found =
      std::find_if(kLaunchers.begin(), kLaunchers.end(), [](const Launcher& launcher) {
        return Get(launcher.rank).has_value() && !IsBatchScript(launcher);
      });
  return found == kLaunchers.end() ? nullptr : found;
}

// `bound` says where `end` comes from, for the message.
std::int32_t IndexBelow(const char* variable, const char* bound, std::int32_t end) {
  const auto text = Get(variable);
  Require(text.has_value(), Code::kHcclPara, "{} is not set; must be in [0, {} = {})", variable,
          bound, end);
  const auto value = ParseInteger(*text);
  Require(value && *value >= 0 && *value < end, Code::kHcclPara,
          "{} is \"{}\"; must be in [0, {} = {})", variable, *text, bound, end);
  return static_cast<std::int32_t>(*value);
}

std::int32_t SizeOf(const Launcher& launcher) {
  const auto text = Get(launcher.size);
  Require(text.has_value(), Code::kHcclPara, "{} is not set, but {} is; must be in [1, {}]",
          launcher.size, launcher.rank, kMostProcesses);
  const auto value = ParseInteger(*text);
  Require(value && *value >= 1 && *value <= kMostProcesses, Code::kHcclPara,
          "{} is \"{}\"; must be in [1, {}]", launcher.size, *text, kMostProcesses);
  return static_cast<std::int32_t>(*value);
}

// Whether the launcher says that all processes are on this host.
bool AllAreHere(const Launcher& launcher, std::int32_t size) {
  const auto text = launcher.local_size == nullptr ? std::nullopt : Get(launcher.local_size);
  if (!text) return false;
  const auto value = ParseInteger(*text);
  Require(value && *value >= 1 && *value <= size, Code::kHcclPara,
          "{} is \"{}\"; must be in [1, {} = {}]", launcher.local_size, *text, launcher.size, size);
  return *value == size;
}

// "node[03-07,9],other" -> "node03"; "" for one host or none.
std::string FirstOfSeveral(const std::string& nodes) {
  const std::size_t end = nodes.find_first_of(",[");
  if (end == std::string::npos) return "";
  if (nodes[end] == ',') return nodes.substr(0, end);
  const std::size_t stop = nodes.find_first_of("-,]", end);
  return nodes.substr(0, end) +
         nodes.substr(end + 1, stop == std::string::npos ? stop : stop - end - 1);
}

std::string DefaultAddress(const Launcher& launcher, std::int32_t size) {
  if (AllAreHere(launcher, size)) return kLoopback;
  if (auto master = Get("MASTER_ADDR")) return *master;
  const std::string step = TextOf(launcher.nodes[0]);
  const std::string first = FirstOfSeveral(step.empty() ? TextOf(launcher.nodes[1]) : step);
  return first.empty() ? kLoopback : first;
}

std::uint16_t DefaultPort(const Launcher& launcher) {
  const std::string job = TextOf(launcher.job[0]) + "/" + TextOf(launcher.job[1]);
  if (job == "/") return kFirstLaunchPort;
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : job) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return static_cast<std::uint16_t>(kFirstLaunchPort + (hash ^ hash >> 32) % kNumLaunchPorts);
}

// FERRY_ROOT: host:port, [v6]:port.
void ReadRoot(const std::string& text, Launch& launch) {
  constexpr std::int64_t kMost = std::numeric_limits<std::uint16_t>::max();
  const std::size_t colon = text.rfind(':');
  std::string host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::int64_t port =
      colon == std::string::npos ? 0 : ParseInteger(text.substr(colon + 1)).value_or(0);
  const bool ambiguous = !bracketed && host.find_first_of(":[]") != std::string::npos;
  Require(port >= 1 && port <= kMost && !host.empty() && !ambiguous, Code::kHcclPara,
          "FERRY_ROOT is \"{}\"; must be host:port or [IPv6 address]:port, the port in [1, {}]",
          text, kMost);
  launch.root_address = host;
  launch.root_port = static_cast<std::uint16_t>(port);
}

}  // namespace

std::optional<Launch> ReadLaunch() {
  const Launcher* const launcher = FindLauncher();
  if (launcher == nullptr) return std::nullopt;
  Launch launch{.launcher = launcher->name, .size = SizeOf(*launcher)};
  launch.rank = IndexBelow(launcher->rank, launcher->size, launch.size);
  launch.local_rank = IndexBelow(launcher->local_rank, launcher->size, launch.size);
  if (const auto root = Get("FERRY_ROOT")) {
    ReadRoot(*root, launch);
  } else {
    launch.root_address = DefaultAddress(*launcher, launch.size);
    launch.root_port = DefaultPort(*launcher);
  }
  return launch;
}

Launch RequireLaunch() {
  auto launch = ReadLaunch();
  std::string names;
  for (const Launcher& launcher : kLaunchers)
    names += (names.empty() ? "" : ", ") + std::string(launcher.rank);
  Require(launch.has_value(), Code::kHcclPara,
          "no launcher has started this process: none of {} is set (in a batch script of Slurm, "
          "srun sets the last)",
          names);
  return *std::move(launch);
}

}  // namespace ferry::env
