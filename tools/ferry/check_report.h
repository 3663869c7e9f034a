// What `ferry check` found, for a person and as JSON.
#ifndef FERRY_TOOLS_FERRY_CHECK_REPORT_H_
#define FERRY_TOOLS_FERRY_CHECK_REPORT_H_

#include <string>

#include "check_result.h"

namespace ferry::tool {

// Failing rows first. Rows that hold, are not reached or do not apply only with `all`.
[[nodiscard]] std::string FormatCheck(const CheckResult& result, bool all);
[[nodiscard]] std::string FormatCheckJson(const CheckResult& result);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_CHECK_REPORT_H_
