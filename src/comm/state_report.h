// What every rank of every group of this process does: the report on demand.
#ifndef FERRY_COMM_STATE_REPORT_H_
#define FERRY_COMM_STATE_REPORT_H_

#include <string>

namespace ferry::comm {

// Lines of text, each with its newline:
//
//   process 4711 has 9 rank(s) in 2 group(s)
//   group "ep" of 8 rank(s)
//     ranks 0-2, 4-7: aclnnMoeDistributeDispatchV2 call 42 has waited 12-13 s for rank(s) 3
//     rank 3: aclnnMoeDistributeCombineV2 call 41 ended 13 s ago
//     rank 3 was last refused 12 s ago: aclnnMoeDistributeDispatchV2GetWorkspaceSize: ...
//   cycle: rank 5 waits in ep#42 for 3; rank 3 waits in tp#17 for 5
//
// Ranks that do the same share a line, with the range of their times. Ranks of other processes are
// marked with their process; of groups without a rank here nothing is known.
[[nodiscard]] std::string DescribeState();

}  // namespace ferry::comm

#endif  // FERRY_COMM_STATE_REPORT_H_
