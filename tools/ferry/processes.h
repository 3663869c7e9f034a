// A program as several processes that know of each other: what `ferry launch` and
// `ferry run --processes` start.
#ifndef FERRY_TOOLS_FERRY_PROCESSES_H_
#define FERRY_TOOLS_FERRY_PROCESSES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ferry::tool {

struct ProcessPlan {
  std::int32_t count = 0;
  std::vector<std::string> command;  // program and arguments; the program is looked up in PATH
  std::string speaker;               // begins the lines of the launcher itself
  std::string noun = "rank";         // what those lines call a process
  int explained_status = 0;          // with which a process has said itself what failed
};

// Starts the processes with FERRY_RANK, FERRY_WORLD_SIZE, FERRY_LOCAL_RANK, FERRY_ROOT and
// FERRY_SECRET_FILE, and waits for them. SIGINT, SIGTERM and SIGHUP are passed on. When one fails,
// that is said on stderr and the others are ended, at first with SIGTERM. They end with this
// process, however it ends; nothing is left in the file system. From here on SIGCHLD is handled by
// default, in this process and in those. Returns the status of the first that failed (128 + the
// number of its signal), 0 if none did. Throws std::runtime_error when the system refuses a process
// or has no such program.
[[nodiscard]] int RunProcesses(const ProcessPlan& plan);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_PROCESSES_H_
