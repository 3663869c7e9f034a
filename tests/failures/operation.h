// The operator in whose call a failure happens: the same failures befall each.
#ifndef FERRY_TESTS_FAILURES_OPERATION_H_
#define FERRY_TESTS_FAILURES_OPERATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "failures/moe_rank.h"

namespace ferry::testing {

// A dispatch, or a combine of what a dispatch has left on every rank.
struct Operation {
  const char* suffix;  // of a test's name
  const char* words;   // behind what happens
  int call;            // its number
  std::string (MoeRank::*launch)(const MoeParams& params);
  std::string (*failed)(int call, const std::string& cause);
  MoeParams params = {};
  std::int32_t late = 3;                               // the rank whom rank 1 meets first
  std::vector<std::vector<std::int32_t>> groups = {};  // as LaunchOptions

  // The name of a failure's test, and what happens in words.
  [[nodiscard]] std::string Name(const char* name) const { return std::string(name) + suffix; }
  [[nodiscard]] std::string What(const std::string& what) const { return what + words; }

  // What every rank does first; over on all of them when it returns.
  void Precede(MoeRank& rank) const;
  // Both phases on the rank's stream: "" or the refusal's message.
  std::string Launch(MoeRank& rank) const;
  // The same, but rank 2 names an expert that is not there.
  std::string LaunchWithABadId(MoeRank& rank) const;
  // What is heard of a call that has been launched with `refusal`.
  static std::string Collect(MoeRank& rank, const std::string& refusal);
  std::string Run(MoeRank& rank) const { return Collect(rank, Launch(rank)); }
};

[[nodiscard]] const Operation& DispatchOperation();
[[nodiscard]] const Operation& CombineOperation();
// In EP groups {2, 0} and {3, 1} with TP pairs {0, 1} and {2, 3}: rank 1 is rank 1 in both of its
// groups.
[[nodiscard]] const Operation& CombineWithTpOperation();

// What a call with TP has, with two experts.
[[nodiscard]] MoeParams Pairwise();

}  // namespace ferry::testing

#endif  // FERRY_TESTS_FAILURES_OPERATION_H_
