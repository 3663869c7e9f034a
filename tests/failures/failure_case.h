// A failure, how every rank hears of it, and what works afterwards.
#ifndef FERRY_TESTS_FAILURES_FAILURE_CASE_H_
#define FERRY_TESTS_FAILURES_FAILURE_CASE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "failures/moe_rank.h"

namespace ferry::testing {

enum class Where : std::uint8_t { kBoth, kForkedOnly };

enum class Afterwards : std::uint8_t {
  kNextCallWorks,   // every rank's next dispatch, its rows checked
  kNothingWorks,    // every later call fails at once
  kNewStreamWorks,  // kNextCallWorks, after the rank that lost its stream has made one
};

struct FailureCase {
  const char* chapter;  // of the table
  std::string name;     // of the test
  std::string what;     // happens, in words
  // Runs on every rank and returns what the rank hears.
  std::function<std::string(MoeRank& rank)> body;
  std::string sentence;                             // what it hears, but for:
  std::map<std::int32_t, std::string> others = {};  // by rank; "" for a rank that dies
  Afterwards afterwards = Afterwards::kNextCallWorks;
  std::string later = {};  // with kNothingWorks: the sentence of the next call, a dispatch
  MoeParams next = {};     // of that call
  Where where = Where::kBoth;
  std::int32_t num_ranks = 4;
  std::vector<std::vector<std::int32_t>> groups = {};  // as LaunchOptions
  // Several groups find it, and it is chance whose sentence reaches a rank first: every name counts
  // as "g0".
  bool in_any_group = false;
};

// The chapters of the table, in its order.
[[nodiscard]] std::vector<FailureCase> InputFailures();
[[nodiscard]] std::vector<FailureCase> AgreementFailures();
[[nodiscard]] std::vector<FailureCase> WaitingFailures();
[[nodiscard]] std::vector<FailureCase> StreamFailures();
[[nodiscard]] std::vector<FailureCase> TpFailures();
[[nodiscard]] std::vector<FailureCase> FollowUpFailures();

[[nodiscard]] const std::vector<FailureCase>& AllFailures();

// `aclnnMoeDistributeDispatchV2 call 1 on group "g0" failed: <cause>`, and of the others.
[[nodiscard]] std::string DispatchFailed(int call, const std::string& cause);
[[nodiscard]] std::string CombineFailed(int call, const std::string& cause);

}  // namespace ferry::testing

#endif  // FERRY_TESTS_FAILURES_FAILURE_CASE_H_
