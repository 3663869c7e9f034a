// The results of a run's processes, made one.
#ifndef FERRY_TOOLS_FERRY_MERGE_H_
#define FERRY_TOOLS_FERRY_MERGE_H_

#include <string>
#include <vector>

#include "run.h"

namespace ferry::tool {

// What a process tells of its result: times, equal batches, and what went wrong.
[[nodiscard]] std::string TellResult(const RunResult& result);

// Adds what the others told, by process; the first text is this process's own. A batch takes as
// long as in the slowest process. What went wrong first goes before what followed from it: a
// difference before failures, a failure after fewer batches before one after more, what a process
// found before that another one ended. A text that TellResult does not write counts as a failure of
// its process, and nothing of it is taken.
void MergeResults(const std::vector<std::string>& told, RunResult& result);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_MERGE_H_
