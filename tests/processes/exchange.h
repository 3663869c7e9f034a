// The smallest collective operator: everybody shows a row, everybody checks all rows.
#ifndef FERRY_TESTS_PROCESSES_EXCHANGE_H_
#define FERRY_TESTS_PROCESSES_EXCHANGE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "comm/call.h"
#include "comm/group.h"
#include "processes/launch.h"
#include "support/faulty_group.h"

namespace ferry::testing {

struct ExchangeOptions {
  std::vector<comm::Attribute> attributes;  // behind operator and epWorldSize
  comm::Cause cause = comm::Cause::kNone;   // of this rank
  std::string failure;
  std::vector<PlannedFault> ep_faults;
  std::vector<PlannedFault> tp_faults;
};

// Publishes on both groups, meets and moves on EP, then on TP, releases EP, then TP. Rows are
// overwritten right after the release, so that a reader that still reads would notice. Throws
// Error{507015} `rank r read a wrong row of rank p` when a row is not what its owner wrote.
void Exchange(comm::Group& ep, comm::Group* tp, const ExchangeOptions& options = {});

using Body = std::function<void(comm::Group& ep, comm::Group* tp)>;

// Takes the numbers of the rank's next call on all its groups.
std::shared_ptr<comm::Call> TakeOne(const RankRun& run, const char* operator_name = "exchange");
// Runs a call whose numbers were taken: "ok", or the sentence that it ended with.
std::string RunTaken(comm::Call& call, const AbortFlag& abort, const Body& body);
// Runs `body` as the next call of the rank.
std::string RunOne(const RankRun& run, const Body& body, const char* operator_name = "exchange");
// The same with Exchange.
std::string RunExchange(const RankRun& run, const ExchangeOptions& options = {});
// Takes the numbers of the rank's next call and drops it: "dropped".
std::string DropOne(const RankRun& run, const std::string& reason);

}  // namespace ferry::testing

#endif  // FERRY_TESTS_PROCESSES_EXCHANGE_H_
