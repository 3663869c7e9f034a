// Streams and devices that end under a call.
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>

#include "failures/failure_case.h"
#include "failures/operation.h"

namespace ferry::testing {
namespace {

constexpr const char* kChapter = "Streams that end under a call";
constexpr const char* kLost = "its stream is gone";

using End = void (*)(MoeRank& rank);

void Abort(MoeRank& rank) {
  aclrtStreamAbort(rank.stream());
}
void DestroyByForce(MoeRank& rank) {
  aclrtDestroyStreamForce(rank.stream());
}
void ResetByForce(MoeRank& rank) {
  aclrtResetDeviceForce(rank.rank());
}

// In a combine the TP partners meet first.
void AwaitArrival(const MoeRank& rank, const Operation& operation) {
  const comm::Member& first = *(rank.run().tp ? rank.run().tp : rank.run().ep);
  const auto call = static_cast<std::uint64_t>(operation.call);
  while (first.board().rank(first.rank()).arrived.load() < call)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// Rank 1's call waits for the late rank when its stream ends. How often each rank calls, whether
// rank 1 can collect what it hears.
struct Ending {
  End end;
  bool collects;
  int calls;
};

std::string EndUnderACall(const Operation& operation, const Ending& ending, MoeRank& rank) {
  operation.Precede(rank);
  if (rank.rank() == operation.late) rank.run().AwaitFlag(0, 1);
  std::string heard;
  if (rank.rank() != 1) {
    for (int i = 0; i < ending.calls; ++i) heard = operation.Run(rank);
    return heard;
  }
  for (int i = 0; i < ending.calls; ++i) heard += operation.Launch(rank);
  if (!heard.empty()) return heard;
  AwaitArrival(rank, operation);
  ending.end(rank);
  heard = ending.collects ? rank.Collect() : kLost;
  ++rank.run().flags[0];
  return heard;
}

// Rank 1 queues two calls, stops on failure, and the first one fails.
std::string StopsOnFailure(const Operation& operation, MoeRank& rank) {
  operation.Precede(rank);
  if (rank.rank() == 1) {
    aclrtSetStreamFailureMode(rank.stream(), ACL_STOP_ON_FAILURE);
    operation.LaunchWithABadId(rank);
    operation.Launch(rank);
    std::string first = rank.Collect();
    aclrtSetStreamFailureMode(rank.stream(), ACL_CONTINUE_ON_FAILURE);
    return first;
  }
  Operation::Collect(rank, operation.LaunchWithABadId(rank));
  return operation.Run(rank);
}

// What the others hear of rank 1, and rank 1 itself.
struct Heard {
  std::string cause;
  std::string by_rank_1;
  Afterwards afterwards;
};

FailureCase StreamFailure(const Operation& operation, const char* name, const char* what,
                          std::function<std::string(MoeRank& rank)> body, int call,
                          const Heard& heard) {
  return {.chapter = kChapter,
          .name = operation.Name(name),
          .what = operation.What(what),
          .body = std::move(body),
          .sentence = operation.failed(call, heard.cause),
          .others = {{1, heard.by_rank_1}},
          .afterwards = heard.afterwards,
          .groups = operation.groups,
          .in_any_group = !operation.groups.empty()};
}

constexpr const char* kAborted = "107023: the stream was aborted by aclrtStreamAbort";
constexpr const char* kDestroyed = "its stream was destroyed";

FailureCase EndOfARunningCall(const Operation& operation, const char* name, const char* what,
                              End end, const std::string& why) {
  const bool collects = end == Abort;
  const Ending ending = {.end = end, .collects = collects, .calls = 1};
  return StreamFailure(
      operation, name, what,
      [&operation, ending](MoeRank& rank) { return EndUnderACall(operation, ending, rank); },
      operation.call,
      {.cause = "rank 1 gave up waiting: " + why,
       .by_rank_1 = collects ? kAborted : kLost,
       .afterwards = collects ? Afterwards::kNextCallWorks : Afterwards::kNewStreamWorks});
}

FailureCase EndOfAQueuedCall(const Operation& operation, const char* name, const char* what,
                             End end, const std::string& why) {
  const bool collects = end == Abort;
  const Ending ending = {.end = end, .collects = collects, .calls = 2};
  return StreamFailure(
      operation, name, what,
      [&operation, ending](MoeRank& rank) { return EndUnderACall(operation, ending, rank); },
      operation.call + 1,
      {.cause = fmt::format("rank 1 dropped call {}: {}", operation.call + 1, why),
       .by_rank_1 = collects ? kAborted : kLost,
       .afterwards = collects ? Afterwards::kNextCallWorks : Afterwards::kNewStreamWorks});
}

std::vector<FailureCase> Aborts(const Operation& operation) {
  return {EndOfARunningCall(operation, "AnAbortOfARunningCall",
                            "aclrtStreamAbort on rank 1 while its call waits", Abort,
                            "its stream was aborted"),
          EndOfAQueuedCall(operation, "AnAbortOfAQueuedCall",
                           "aclrtStreamAbort on rank 1 with a second call queued", Abort,
                           "its stream was aborted")};
}

std::vector<FailureCase> Destructions(const Operation& operation) {
  return {EndOfARunningCall(operation, "AStreamDestroyedByForce",
                            "aclrtDestroyStreamForce on rank 1 while its call waits",
                            DestroyByForce, kDestroyed),
          EndOfAQueuedCall(operation, "AStreamDestroyedByForceWithAQueue",
                           "aclrtDestroyStreamForce on rank 1 with a second call queued",
                           DestroyByForce, kDestroyed),
          EndOfARunningCall(operation, "ADeviceResetByForce",
                            "aclrtResetDeviceForce on rank 1 while its call waits", ResetByForce,
                            kDestroyed),
          EndOfAQueuedCall(operation, "ADeviceResetByForceWithAQueue",
                           "aclrtResetDeviceForce on rank 1 with a second call queued",
                           ResetByForce, kDestroyed)};
}

FailureCase FailureModeStop(const Operation& operation) {
  const bool tp = !operation.groups.empty();
  const std::string bad_id = tp ? "rank 0 token 1 k 0: expert id 2 outside [0, 2)"
                                : "rank 2 token 0 k 1: expert id 8 outside [0, 8)";
  return StreamFailure(
      operation, "FailureModeStop", "rank 1's stream stops on failure, and its first call fails",
      [&operation](MoeRank& rank) { return StopsOnFailure(operation, rank); }, operation.call + 1,
      {.cause = fmt::format("rank 1 dropped call {}: an earlier task of its stream failed and the "
                            "stream stops on failure",
                            operation.call + 1),
       .by_rank_1 = operation.failed(operation.call, bad_id),
       .afterwards = Afterwards::kNextCallWorks});
}

void Add(std::vector<FailureCase>& cases, const std::vector<FailureCase>& more) {
  cases.insert(cases.end(), more.begin(), more.end());
}

}  // namespace

std::vector<FailureCase> StreamFailures() {
  std::vector<FailureCase> cases;
  for (const auto* operation : {&DispatchOperation(), &CombineOperation()}) {
    Add(cases, Aborts(*operation));
    Add(cases, Destructions(*operation));
    cases.push_back(FailureModeStop(*operation));
  }
  Add(cases, Aborts(CombineWithTpOperation()));
  cases.push_back(FailureModeStop(CombineWithTpOperation()));
  return cases;
}

}  // namespace ferry::testing
