// What a launcher tells the processes that it has started, and where their ranks meet.
// docs/launchers.md has the same for users.
#ifndef FERRY_BASE_LAUNCH_H_
#define FERRY_BASE_LAUNCH_H_

#include <cstdint>
#include <optional>
#include <string>

namespace ferry::env {

struct Launch {
  std::string launcher{};       // "torchrun"
  std::int32_t rank = 0;        // of this process, in [0, size)
  std::int32_t size = 0;        // processes, 1..kMostProcesses
  std::int32_t local_rank = 0;  // among the processes of its host, in [0, size)
  std::string root_address{};   // where rank 0 listens while the others join
  std::uint16_t root_port = 0;
};

inline constexpr std::int32_t kMostProcesses = 768;

// Ports for launches that do not say FERRY_ROOT: which of them follows from the launcher's job, so
// that two jobs on a host do not meet.
inline constexpr std::uint16_t kFirstLaunchPort = 20480;
inline constexpr std::uint16_t kNumLaunchPorts = 8192;

// From the variables of `ferry launch`, torchrun, Open MPI or Slurm, the first of them whose
// variable of the rank is set; nothing when none is. Throws Error{kHcclPara} for a variable that is
// missing or outside its range.
[[nodiscard]] std::optional<Launch> ReadLaunch();

// As ReadLaunch; Error{kHcclPara} names the variables of all launchers when none is set.
[[nodiscard]] Launch RequireLaunch();

}  // namespace ferry::env

#endif  // FERRY_BASE_LAUNCH_H_
