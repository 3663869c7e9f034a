// Rows about pointers, names and communicators that both operators check alike. Each maker takes
// the row's id; the code where the operators differ.
#ifndef FERRY_OPS_GROUP_RULES_H_
#define FERRY_OPS_GROUP_RULES_H_

#include <string>

#include "ops/call.h"
#include "ops/rule.h"

namespace ferry::ops {

Rule<MoeCall> GroupEpGiven(std::string id);
Rule<MoeCall> GroupEpFits(std::string id, Code code);
Rule<MoeCall> GroupTpFits(std::string id, Code code);
Rule<MoeCall> WorkspaceSizeGiven(std::string id);
Rule<MoeCall> ExecutorGiven(std::string id);

// The name belongs to a communicator that has a rank on the calling thread's device.
Rule<MoeCall> GroupEpKnown(std::string id);
Rule<MoeCall> GroupTpKnown(std::string id);

Rule<MoeCall> ProductKnown(std::string id);
Rule<MoeCall> ProductIsA3(std::string id);  // A2 is not there yet

Rule<MoeCall> GroupTpGiven(std::string id);  // with TP
Rule<MoeCall> GroupsDiffer(std::string id);
Rule<MoeCall> GroupsDifferWithoutTp(std::string id);  // with TP
Rule<MoeCall> EpSizeAgrees(std::string id);           // with the communicator's size
Rule<MoeCall> EpRankAgrees(std::string id);
Rule<MoeCall> TpSizeAgrees(std::string id);
Rule<MoeCall> TpRankAgrees(std::string id);

}  // namespace ferry::ops

#endif  // FERRY_OPS_GROUP_RULES_H_
