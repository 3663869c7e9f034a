// Calls that follow another call: a combine after its dispatch, a call queued behind a failed one.
#include "failures/failure_case.h"

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
std::string QueueBehindAFailure(MoeRank& rank) {
  MoeParams bad;
  if (rank.rank() == 2) bad.ids = {0, 8, 0, 1};
  if (rank.rank() != 1) {
    const std::string first = rank.Dispatch(bad);
    return first == "ok" ? "the first call did not fail" : rank.Dispatch();
  }
  const std::string refusal = rank.LaunchDispatch(bad) + rank.LaunchDispatch({});
  return refusal.empty() ? rank.Collect() : refusal;
}

}  // namespace

std::vector<FailureCase> FollowUpFailures() {
  std::vector<FailureCase> cases;
  cases.push_back({.chapter = kChapter,
                   .name = "ABadIdInCombine",
                   .what = "an id is spoilt between dispatch and combine",
                   .body = CombineWithABadId,
                   .sentence = CombineFailed(2, "rank 2 token 1 k 1: expert id 8 outside [0, 8)")});
  cases.push_back(
      {.chapter = kChapter,
       .name = "FailureModeContinue",
       .what = "rank 1 queues a second call behind one that fails, and collects only then (failure "
               "mode 0): the second call takes place",
       .body = QueueBehindAFailure,
       .sentence = "ok",
       .others = {{1, DispatchFailed(1, "rank 2 token 0 k 1: expert id 8 outside [0, 8)")}}});
  return cases;
}

}  // namespace ferry::testing
