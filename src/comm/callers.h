// From where the ranks of this process were told to run the calls that they run (FERRY_TRACE=1).
#ifndef FERRY_COMM_CALLERS_H_
#define FERRY_COMM_CALLERS_H_

#include <string>
#include <vector>

namespace ferry::comm {

// `ranks 0-3 of "ep" called phase 2 of call 7 from Step (train+0x1f) < ...`: one line for the
// ranks of a group that run the same call and were called from the same place. Empty without trace.
[[nodiscard]] std::vector<std::string> DescribeCallers();

}  // namespace ferry::comm

#endif  // FERRY_COMM_CALLERS_H_
