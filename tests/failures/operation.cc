#include "failures/operation.h"

#include <stdexcept>

#include "failures/failure_case.h"

namespace ferry::testing {
namespace {

constexpr std::size_t kPreceded = 2;  // the flag of ranks whose dispatch is over

constexpr std::int32_t kRankOfTheId = 2;

}  // namespace

void Operation::Precede(MoeRank& rank) const {
  if (call == 1) return;
  const std::string end = rank.Dispatch(params);
  if (end != "ok") throw std::runtime_error("the dispatch before: " + end);
  ++rank.run().flags[kPreceded];
  rank.run().AwaitFlag(kPreceded, static_cast<std::uint32_t>(rank.run().num_ranks));
}

std::string Operation::Launch(MoeRank& rank) const {
  if (call > 1 && rank.rank() == kRankOfTheId) rank.expert_ids()[1] = params.ids[1];
  return (rank.*launch)(params);
}

std::string Operation::LaunchWithABadId(MoeRank& rank) const {
  MoeParams bad = params;
  const auto beyond = static_cast<std::int32_t>(params.num_experts);
  if (rank.rank() == kRankOfTheId) {
    bad.ids[1] = beyond;
    if (call > 1) rank.expert_ids()[1] = beyond;
  }
  return (rank.*launch)(bad);
}

std::string Operation::Collect(MoeRank& rank, const std::string& refusal) {
  return refusal.empty() ? rank.Collect() : refusal;
}

MoeParams Pairwise() {
  MoeParams params;
  params.num_experts = 2;
  params.tp_world_size = 2;
  params.top_k = 1;
  params.ids = {0, 1};
  return params;
}

const Operation& DispatchOperation() {
  static const Operation operation = {.suffix = "",
                                      .words = "",
                                      .call = 1,
                                      .launch = &MoeRank::LaunchDispatch,
                                      .failed = DispatchFailed};
  return operation;
}

const Operation& CombineOperation() {
  static const Operation operation = {.suffix = "InCombine",
                                      .words = " (combine)",
                                      .call = 2,
                                      .launch = &MoeRank::LaunchCombine,
                                      .failed = CombineFailed};
  return operation;
}

const Operation& CombineWithTpOperation() {
  static const Operation operation = {.suffix = "InCombineWithTp",
                                      .words = " (combine with TP; `g0` is any of the groups)",
                                      .call = 2,
                                      .launch = &MoeRank::LaunchCombine,
                                      .failed = CombineFailed,
                                      .params = Pairwise(),
                                      .late = 0,
                                      .groups = {{2, 0}, {3, 1}, {0, 1}, {2, 3}}};
  return operation;
}

}  // namespace ferry::testing
