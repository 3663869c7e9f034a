// `ferry explain`: a rule in words.
#ifndef FERRY_TOOLS_FERRY_EXPLAIN_COMMAND_H_
#define FERRY_TOOLS_FERRY_EXPLAIN_COMMAND_H_

#include <CLI/CLI.hpp>
#include <string>

namespace ferry::tool {

// What the rule demands, with which code, why, and where that stands. Throws std::invalid_argument
// with like ids when there is none of this name. "[dispatch-A3-30]", as messages have it, will do.
[[nodiscard]] std::string ExplainRule(std::string id);

// One line for each rule.
[[nodiscard]] std::string ListRules();

// Adds the subcommand. Exit status 2: no such rule.
void AddExplainCommand(CLI::App& app, int& status);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_EXPLAIN_COMMAND_H_
