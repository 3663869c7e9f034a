// Streams and devices that end under a call.
#include <chrono>
#include <thread>
#include <utility>

#include "failures/failure_case.h"

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

void AwaitArrival(const MoeRank& rank) {
  while (rank.run().ep->board().rank(rank.run().ep->rank()).arrived.load() == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// Rank 1's call waits for rank 3 when its stream ends; rank 3 comes late.
std::function<std::string(MoeRank& rank)> EndsRunning(End end, bool collects) {
  return [end, collects](MoeRank& rank) {
    if (rank.rank() == 3) rank.run().AwaitFlag(0, 1);
    if (rank.rank() != 1) return rank.Dispatch();
    const std::string refusal = rank.LaunchDispatch({});
    if (!refusal.empty()) return refusal;
    AwaitArrival(rank);
    end(rank);
    std::string heard = collects ? rank.Collect() : kLost;
    ++rank.run().flags[0];
    return heard;
  };
}

// The same with a second call queued behind it: what is heard of that one.
std::function<std::string(MoeRank& rank)> EndsQueued(End end, bool collects) {
  return [end, collects](MoeRank& rank) {
    if (rank.rank() != 1) {
      if (rank.rank() == 3) rank.run().AwaitFlag(0, 1);
      rank.Dispatch();
      return rank.Dispatch();
    }
    rank.LaunchDispatch({});
    rank.LaunchDispatch({});
    AwaitArrival(rank);
    end(rank);
    std::string heard = collects ? rank.Collect() : kLost;
    ++rank.run().flags[0];
    return heard;
  };
}

// Rank 1 queues two calls, stops on failure, and the first one fails.
std::string StopsOnFailure(MoeRank& rank) {
  MoeParams bad;
  if (rank.rank() == 2) bad.ids = {0, 8, 0, 1};
  if (rank.rank() == 1) {
    aclrtSetStreamFailureMode(rank.stream(), ACL_STOP_ON_FAILURE);
    rank.LaunchDispatch(bad);
    rank.LaunchDispatch({});
    std::string first = rank.Collect();
    aclrtSetStreamFailureMode(rank.stream(), ACL_CONTINUE_ON_FAILURE);
    return first;
  }
  rank.Dispatch(bad);
  return rank.Dispatch();
}

}  // namespace

std::vector<FailureCase> StreamFailures() {
  const auto gave_up = [](const std::string& why) {
    return DispatchFailed(1, "rank 1 gave up waiting: " + why);
  };
  const std::string aborted = "107023: the stream was aborted by aclrtStreamAbort";
  const auto dropped = [](const std::string& why) {
    return DispatchFailed(2, "rank 1 dropped call 2: " + why);
  };
  std::vector<FailureCase> cases;
  const auto add = [&](const char* name, const char* what,
                       std::function<std::string(MoeRank & rank)> body, const std::string& sentence,
                       const std::string& of_rank_1, Afterwards afterwards) {
    cases.push_back({.chapter = kChapter,
                     .name = name,
                     .what = what,
                     .body = std::move(body),
                     .sentence = sentence,
                     .others = {{1, of_rank_1}},
                     .afterwards = afterwards});
  };
  add("AnAbortOfARunningCall", "aclrtStreamAbort on rank 1 while its call waits",
      EndsRunning(Abort, true), gave_up("its stream was aborted"), aborted,
      Afterwards::kNextCallWorks);
  add("AnAbortOfAQueuedCall", "aclrtStreamAbort on rank 1 with a second call queued",
      EndsQueued(Abort, true), dropped("its stream was aborted"), aborted,
      Afterwards::kNextCallWorks);
  add("AStreamDestroyedByForce", "aclrtDestroyStreamForce on rank 1 while its call waits",
      EndsRunning(DestroyByForce, false), gave_up("its stream was destroyed"), kLost,
      Afterwards::kNewStreamWorks);
  add("AStreamDestroyedByForceWithAQueue",
      "aclrtDestroyStreamForce on rank 1 with a second call queued",
      EndsQueued(DestroyByForce, false), dropped("its stream was destroyed"), kLost,
      Afterwards::kNewStreamWorks);
  add("ADeviceResetByForce", "aclrtResetDeviceForce on rank 1 while its call waits",
      EndsRunning(ResetByForce, false), gave_up("its stream was destroyed"), kLost,
      Afterwards::kNewStreamWorks);
  add("ADeviceResetByForceWithAQueue", "aclrtResetDeviceForce on rank 1 with a second call queued",
      EndsQueued(ResetByForce, false), dropped("its stream was destroyed"), kLost,
      Afterwards::kNewStreamWorks);
  add("FailureModeStop", "rank 1's stream stops on failure, and its first call fails",
      StopsOnFailure,
      dropped("an earlier task of its stream failed and the stream stops on failure"),
      DispatchFailed(1, "rank 2 token 0 k 1: expert id 8 outside [0, 8)"),
      Afterwards::kNextCallWorks);
  return cases;
}

}  // namespace ferry::testing
