// The result of a run, for a person (at most 12 lines) and as JSON.
#ifndef FERRY_TOOLS_FERRY_REPORT_H_
#define FERRY_TOOLS_FERRY_REPORT_H_

#include <string>

#include "run.h"

namespace ferry::tool {

[[nodiscard]] std::string FormatReport(const RunOptions& options, const RunResult& result);
[[nodiscard]] std::string FormatJson(const RunOptions& options, const RunResult& result);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_REPORT_H_
