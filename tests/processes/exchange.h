// The smallest collective operator: everybody shows a row, everybody checks all rows.
#ifndef FERRY_TESTS_PROCESSES_EXCHANGE_H_
#define FERRY_TESTS_PROCESSES_EXCHANGE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

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

// Runs `body` as the next call of the rank, on all its groups: "ok", or the sentence that it ended
// with.
std::string RunOne(const RankRun& run, const Body& body, const char* operator_name = "exchange");
// The same with Exchange.
std::string RunExchange(const RankRun& run, const ExchangeOptions& options = {});

}  // namespace ferry::testing

#endif  // FERRY_TESTS_PROCESSES_EXCHANGE_H_
