// Calls that follow another call: a combine after its dispatch, a call queued behind a failed one.
#include "failures/failure_case.h"
#include "failures/operation.h"

namespace ferry::testing {
namespace {

constexpr const char* kChapter = "Calls that follow a call";

std::string CombineWithABadId(MoeRank& rank) {
  const std::string end = rank.Dispatch();
  if (end != "ok") return end;
  if (rank.rank() == 2) rank.expert_ids()[3] = 8;
  return rank.Combine();
}

// Rank 1 queues both calls before it collects anything; the others collect in between.
std::string QueueBehindAFailure(const Operation& operation, MoeRank& rank) {
  operation.Precede(rank);
  if (rank.rank() != 1) {
    const std::string first = Operation::Collect(rank, operation.LaunchWithABadId(rank));
    return first == "ok" ? "the first call did not fail" : operation.Run(rank);
  }
  return Operation::Collect(rank, operation.LaunchWithABadId(rank) + operation.Launch(rank));
}

FailureCase FailureModeContinue(const Operation& operation) {
  return {.chapter = kChapter,
          .name = operation.Name("FailureModeContinue"),
          .what = operation.What(
              "rank 1 queues a second call behind one that fails, and collects only then (failure "
              "mode 0): the second call takes place"),
          .body = [&operation](MoeRank& rank) { return QueueBehindAFailure(operation, rank); },
          .sentence = "ok",
          .others = {{1, operation.failed(operation.call,
                                          "rank 2 token 0 k 1: expert id 8 outside [0, 8)")}}};
}

}  // namespace

std::vector<FailureCase> FollowUpFailures() {
  std::vector<FailureCase> cases;
  cases.push_back({.chapter = kChapter,
                   .name = "ABadIdInCombine",
                   .what = "an id is spoilt between dispatch and combine",
                   .body = CombineWithABadId,
                   .sentence = CombineFailed(2, "rank 2 token 1 k 1: expert id 8 outside [0, 8)")});
  for (const auto* operation : {&DispatchOperation(), &CombineOperation()})
    cases.push_back(FailureModeContinue(*operation));
  return cases;
}

}  // namespace ferry::testing
