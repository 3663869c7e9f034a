// Ranks that do not come: late, refused, gone.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <thread>
#include <utility>

#include "aclnnop/aclnn_moe_distribute_combine_v2.h"
#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "failures/failure_case.h"
#include "failures/operation.h"

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
std::function<std::string(MoeRank& rank)> LateRank(const Operation& operation,
                                                   std::function<void(MoeRank& rank)> instead) {
  return [&operation, instead = std::move(instead)](MoeRank& rank) {
    operation.Precede(rank);
    if (rank.rank() == 3) {
      if (instead) instead(rank);
      ++rank.run().flags[0];
      AwaitTheOthers(rank);
      return operation.Run(rank);
    }
    rank.run().AwaitFlag(0, 1);
    std::string end = operation.Run(rank);
    Raise(rank);
    return end;
  };
}

std::string StoppedRank(const Operation& operation, MoeRank& rank) {
  operation.Precede(rank);
  if (rank.rank() == 3) raise(SIGSTOP);
  std::string end = operation.Run(rank);
  if (rank.rank() == 3) return end;
  Raise(rank);
  if (rank.rank() == 0) {
    AwaitTheOthers(rank);
    kill(rank.run().pids[3].load(), SIGCONT);
  }
  return end;
}

std::string Dies(const Operation& operation, MoeRank& rank, void (*how)()) {
  operation.Precede(rank);
  if (rank.rank() == 1) {
    // The others are waiting by then.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    how();
  }
  return operation.Run(rank);
}

std::string Leaves(const Operation& operation, MoeRank& rank) {
  operation.Precede(rank);
  if (rank.rank() != 1) return operation.Run(rank);
  rank.DestroyCommunicator();
  return "destroyed";
}

std::string LeavesBehindItsCall(const Operation& operation, MoeRank& rank) {
  operation.Precede(rank);
  const std::string refusal = operation.Launch(rank);
  if (rank.rank() == 1) rank.DestroyCommunicator();
  return Operation::Collect(rank, refusal);
}

// One call after the other is given up, each when the three ranks are there that make it.
constexpr int kCallsInVain = 65;

std::string GivesUpTooOften(MoeRank& rank) {
  std::string end;
  for (std::uint64_t call = 1; call <= kCallsInVain; ++call) {
    if (rank.rank() != 1) {
      end = rank.Dispatch();
      continue;
    }
    const std::string refusal = rank.LaunchDispatch({});
    if (!refusal.empty()) return refusal;
    for (const std::int32_t other : {0, 1, 2})
      while (rank.run().ep->board().rank(other).arrived.load() < call)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    aclrtStreamAbort(rank.stream());
    end = rank.Collect();
  }
  return end;
}

std::string ComesWhenNobodyRemembers(MoeRank& rank) {
  if (rank.rank() != 3) {
    std::string end = GivesUpTooOften(rank);
    Raise(rank);
    return end;
  }
  AwaitTheOthers(rank);
  std::string first = rank.Dispatch();
  for (int call = 2; call <= kCallsInVain; ++call) rank.Dispatch();
  return first;
}

FailureCase ForgottenCall() {
  return {
      .chapter = kChapter,
      .name = "ACallThatNobodyRemembers",
      .what =
          "rank 3 comes to its first call when the others have given up 65, each because "
          "rank 1's stream was aborted (of 64 the sentences are kept); it catches up",
      .body = ComesWhenNobodyRemembers,
      .sentence = DispatchFailed(kCallsInVain, "rank 1 gave up waiting: its stream was aborted"),
      .others = {{1, "107023: the stream was aborted by aclrtStreamAbort"},
                 {3, DispatchFailed(1, "rank 3 came too late, the call was given up long ago")}}};
}

constexpr const char* kMissing = "rank(s) 3 did not arrive within 1 s";

FailureCase Late(const Operation& operation, const char* name, const char* what,
                 std::function<void(MoeRank& rank)> instead, const std::string& why) {
  return {.chapter = kChapter,
          .name = operation.Name(name),
          .what = operation.What(what),
          .body = LateRank(operation, std::move(instead)),
          .sentence = operation.failed(operation.call, kMissing + why)};
}

std::vector<FailureCase> LateRanks(const Operation& operation) {
  const bool first = operation.call == 1;
  const std::string refused = "; the last call of rank 3 was refused: ";
  const std::string name = first ? "aclnnMoeDistributeDispatchV2" : "aclnnMoeDistributeCombineV2";
  const std::string done =
      first ? "not started any call" : "finished call 1 and not started call 2";
  return {
      Late(operation, "AMissingRank", "rank 3 comes after the limit, and hears the same at once",
           {},
           "; rank 3 has " + done +
               "; every rank must launch every call, also without tokens, on a stream that gets "
               "to it"),
      Late(
          operation, "ARefusedFirstPhase",
          "rank 3's phase 1 was refused; it mends its call and comes late",
          [&operation](MoeRank& rank) {
            MoeParams params;
            params.num_experts = 7;
            (rank.*operation.launch)(params);
          },
          refused + name +
              "GetWorkspaceSize: moeExpertNum is 7; must be a multiple of epWorldSize - "
              "sharedExpertRankNum = 4 " +
              (first ? "[dispatch-A3-22]" : "[combine-A3-21a]")),
      Late(
          operation, "ARefusedSecondPhase",
          "rank 3's phase 2 was refused; it mends its call and comes late",
          [first](MoeRank& rank) {
            (first ? aclnnMoeDistributeDispatchV2 : aclnnMoeDistributeCombineV2)(
                nullptr, 0, nullptr, rank.stream());
          },
          refused + name + ": executor is null; must come from phase 1")};
}

FailureCase Stopped(const Operation& operation) {
  return {
      .chapter = kChapter,
      .name = operation.Name("AStoppedProcess"),
      .what = operation.What("rank 3's process is stopped (debugger, SIGSTOP) and goes on later"),
      .body = [&operation](MoeRank& rank) { return StoppedRank(operation, rank); },
      .sentence = operation.failed(operation.call,
                                   std::string(kMissing) + "; the process of rank 3 is stopped"),
      .where = Where::kForkedOnly};
}

// Rank 1 is lost, and its groups with it.
FailureCase Lost(const Operation& operation, const char* name, const char* what,
                 std::function<std::string(MoeRank& rank)> body, const std::string& cause) {
  return {.chapter = kChapter,
          .name = operation.Name(name),
          .what = operation.What(what),
          .body = std::move(body),
          .sentence = operation.failed(operation.call, cause),
          .others = {{1, ""}},
          .afterwards = Afterwards::kNothingWorks,
          .later = DispatchFailed(operation.call + 1, cause),
          .next = operation.params,
          .groups = operation.groups,
          .in_any_group = !operation.groups.empty()};
}

FailureCase Killed(const Operation& operation) {
  FailureCase killed = Lost(
      operation, "AKilledProcess", "rank 1's process is killed while the others wait",
      [&operation](MoeRank& rank) { return Dies(operation, rank, [] { raise(SIGKILL); }); },
      "rank(s) 1 terminated");
  killed.where = Where::kForkedOnly;
  return killed;
}

FailureCase Exits(const Operation& operation) {
  FailureCase exits = Lost(
      operation, "AProcessThatExits", "rank 1's process exits without a word while the others wait",
      [&operation](MoeRank& rank) { return Dies(operation, rank, [] { _exit(0); }); },
      "rank(s) 1 terminated");
  exits.where = Where::kForkedOnly;
  return exits;
}

FailureCase Destroyed(const Operation& operation) {
  FailureCase destroyed = Lost(
      operation, "ADestroyedCommunicator", "rank 1 destroys its communicator before the call",
      [&operation](MoeRank& rank) { return Leaves(operation, rank); },
      "rank(s) 1 destroyed the communicator");
  destroyed.others = {{1, "destroyed"}};
  return destroyed;
}

FailureCase DestroyedBehindItsCall(const Operation& operation) {
  FailureCase destroyed = Lost(
      operation, "ACommunicatorDestroyedBehindItsCall",
      "rank 1 destroys its communicator behind a queued call: that call still works",
      [&operation](MoeRank& rank) { return LeavesBehindItsCall(operation, rank); },
      "rank(s) 1 destroyed the communicator");
  destroyed.sentence = "ok";
  destroyed.others = {};
  return destroyed;
}

}  // namespace

std::vector<FailureCase> WaitingFailures() {
  std::vector<FailureCase> cases;
  for (const auto* operation : {&DispatchOperation(), &CombineOperation()}) {
    for (const FailureCase& late : LateRanks(*operation)) cases.push_back(late);
    for (const auto make : {Stopped, Killed, Exits, Destroyed, DestroyedBehindItsCall})
      cases.push_back(make(*operation));
  }
  for (const auto make : {Killed, Exits, Destroyed, DestroyedBehindItsCall})
    cases.push_back(make(CombineWithTpOperation()));
  cases.push_back(ForgottenCall());
  return cases;
}

}  // namespace ferry::testing
