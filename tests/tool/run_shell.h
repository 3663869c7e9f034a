// Commands as a user types them, for tests of the `ferry` program.
#ifndef FERRY_TESTS_TOOL_RUN_SHELL_H_
#define FERRY_TESTS_TOOL_RUN_SHELL_H_

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

#include "contains.h"

namespace ferry::tool {

struct Outcome {
  int status = -1;
  std::string output;  // stdout and stderr together
};

inline Outcome RunShell(const std::string& command) {
  Outcome outcome;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    outcome.output.append(buffer.data(), n);
  }
  const int status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}
}  // namespace ferry::tool

#endif  // FERRY_TESTS_TOOL_RUN_SHELL_H_
