// Ranks that do not come: late, refused, gone.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "failures/failure_case.h"

namespace ferry::testing {
namespace {

constexpr const char* kChapter = "Ranks that do not come";

// The flag that the ranks raise which have given up.
constexpr std::size_t kGaveUp = 1;

void Raise(const MoeRank& rank) {
  ++rank.run().flags[kGaveUp];
}
void AwaitTheOthers(const MoeRank& rank) {
  rank.run().AwaitFlag(kGaveUp, static_cast<std::uint32_t>(rank.run().num_ranks) - 1);
}

// All but rank 3 wait in vain; rank 3 does `instead`, and comes when they have given up.
std::function<std::string(MoeRank& rank)> LateRank(std::function<void(MoeRank& rank)> instead) {
  return [instead = std::move(instead)](MoeRank& rank) {
    if (rank.rank() == 3) {
      if (instead) instead(rank);
      ++rank.run().flags[0];
      AwaitTheOthers(rank);
      return rank.Dispatch();
    }
    rank.run().AwaitFlag(0, 1);
    std::string end = rank.Dispatch();
    Raise(rank);
    return end;
  };
}

std::string StoppedRank(MoeRank& rank) {
  if (rank.rank() == 3) raise(SIGSTOP);
  std::string end = rank.Dispatch();
  if (rank.rank() == 3) return end;
  Raise(rank);
  if (rank.rank() == 0) {
    AwaitTheOthers(rank);
    kill(rank.run().pids[3].load(), SIGCONT);
  }
  return end;
}

std::string Dies(MoeRank& rank, void (*how)()) {
  if (rank.rank() == 1) {
    // The others are waiting by then.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    how();
  }
  return rank.Dispatch();
}

}  // namespace

std::vector<FailureCase> WaitingFailures() {
  const std::string missing = "rank(s) 3 did not arrive within 1 s";
  const std::string left_out =
      "; rank 3 has not started any call; every rank must launch every call, also without tokens, "
      "on a stream that gets to it";
  const std::string refused = missing + "; the last call of rank 3 was refused: ";
  const std::string dead = "rank(s) 1 terminated";
  const std::string left = "rank(s) 1 destroyed the communicator";
  std::vector<FailureCase> cases;
  cases.push_back({.chapter = kChapter,
                   .name = "AMissingRank",
                   .what = "rank 3 comes after the limit, and hears the same at once",
                   .body = LateRank({}),
                   .sentence = DispatchFailed(1, missing + left_out)});
  cases.push_back(
      {.chapter = kChapter,
       .name = "ARefusedFirstPhase",
       .what = "rank 3's phase 1 was refused; it mends its call and comes late",
       .body = LateRank([](MoeRank& rank) {
         MoeParams params;
         params.num_experts = 7;
         rank.LaunchDispatch(params);
       }),
       .sentence = DispatchFailed(
           1, refused + "aclnnMoeDistributeDispatchV2GetWorkspaceSize: moeExpertNum is 7; must "
                        "be a multiple of epWorldSize - sharedExpertRankNum = 4 "
                        "[dispatch-A3-22]")});
  cases.push_back(
      {.chapter = kChapter,
       .name = "ARefusedSecondPhase",
       .what = "rank 3's phase 2 was refused; it mends its call and comes late",
       .body = LateRank(
           [](MoeRank& rank) { aclnnMoeDistributeDispatchV2(nullptr, 0, nullptr, rank.stream()); }),
       .sentence = DispatchFailed(
           1, refused + "aclnnMoeDistributeDispatchV2: executor is null; must come from phase "
                        "1")});
  cases.push_back({.chapter = kChapter,
                   .name = "AStoppedProcess",
                   .what = "rank 3's process is stopped (debugger, SIGSTOP) and goes on later",
                   .body = StoppedRank,
                   .sentence = DispatchFailed(1, missing + "; the process of rank 3 is stopped"),
                   .where = Where::kForkedOnly});
  cases.push_back({.chapter = kChapter,
                   .name = "AKilledProcess",
                   .what = "rank 1's process is killed while the others wait",
                   .body = [](MoeRank& rank) { return Dies(rank, [] { raise(SIGKILL); }); },
                   .sentence = DispatchFailed(1, dead),
                   .others = {{1, ""}},
                   .afterwards = Afterwards::kNothingWorks,
                   .later = DispatchFailed(2, dead),
                   .where = Where::kForkedOnly});
  cases.push_back({.chapter = kChapter,
                   .name = "AProcessThatExits",
                   .what = "rank 1's process exits without a word while the others wait",
                   .body = [](MoeRank& rank) { return Dies(rank, [] { _exit(0); }); },
                   .sentence = DispatchFailed(1, dead),
                   .others = {{1, ""}},
                   .afterwards = Afterwards::kNothingWorks,
                   .later = DispatchFailed(2, dead),
                   .where = Where::kForkedOnly});
  cases.push_back({.chapter = kChapter,
                   .name = "ADestroyedCommunicator",
                   .what = "rank 1 destroys its communicator before the call",
                   .body =
                       [](MoeRank& rank) {
                         if (rank.rank() != 1) return rank.Dispatch();
                         rank.DestroyCommunicator();
                         return std::string("destroyed");
                       },
                   .sentence = DispatchFailed(1, left),
                   .others = {{1, "destroyed"}},
                   .afterwards = Afterwards::kNothingWorks,
                   .later = DispatchFailed(2, left)});
  cases.push_back({.chapter = kChapter,
                   .name = "ACommunicatorDestroyedBehindItsCall",
                   .what = "rank 1 destroys its communicator behind a queued call: that call still "
                           "works",
                   .body =
                       [](MoeRank& rank) {
                         const std::string refusal = rank.LaunchDispatch({});
                         if (rank.rank() == 1) rank.DestroyCommunicator();
                         return refusal.empty() ? rank.Collect() : refusal;
                       },
                   .sentence = "ok",
                   .afterwards = Afterwards::kNothingWorks,
                   .later = DispatchFailed(2, left)});
  return cases;
}

}  // namespace ferry::testing
