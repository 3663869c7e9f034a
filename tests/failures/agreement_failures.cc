// Ranks that call with different parameters: each row of the specification's table of agreement.
#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

#include "failures/failure_case.h"

namespace ferry::testing {
namespace {

constexpr const char* kChapter = "Ranks that do not agree";

using Alter = std::function<void(MoeParams& params)>;

// Every rank dispatches with `common`; rank 3 with `odd` on top.
FailureCase Differs(const char* name, const char* what, Alter common, Alter odd,
                    const std::string& difference) {
  return {.chapter = kChapter,
          .name = name,
          .what = what,
          .body =
              [common = std::move(common), odd = std::move(odd)](MoeRank& rank) {
                MoeParams params;
                if (common) common(params);
                if (rank.rank() == 3) odd(params);
                return rank.Dispatch(params);
              },
          .sentence = DispatchFailed(1, "parameter " + difference)};
}

// Every rank combines what an equal dispatch has left; rank 3 with `odd`.
FailureCase DiffersInCombine(const char* name, const char* what, Alter odd,
                             const std::string& difference) {
  return {.chapter = kChapter,
          .name = name,
          .what = what,
          .body =
              [odd = std::move(odd)](MoeRank& rank) {
                MoeParams params;
                if (rank.rank() == 3) odd(params);
                const std::string end = rank.Dispatch();
                return end == "ok" ? rank.Combine(params) : end;
              },
          .sentence = CombineFailed(2, "parameter " + difference)};
}

// One rank after another makes its call ready, because threads share their environment.
std::string DispatchWithBuffSize(MoeRank& rank) {
  const auto turn = static_cast<std::uint32_t>(rank.rank());
  rank.run().AwaitFlag(0, turn);
  setenv("HCCL_BUFFSIZE", rank.rank() == 3 ? "300" : "200", 1);
  const std::string refusal = rank.LaunchDispatch({});
  unsetenv("HCCL_BUFFSIZE");
  ++rank.run().flags[0];
  return refusal.empty() ? rank.Collect() : refusal;
}

// The sentence begins with the operator of the rank that comes last, so rank 3 comes first.
void AwaitRank3(const MoeRank& rank, std::uint64_t call) {
  while (rank.run().ep->board().rank(3).arrived.load() < call)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

std::string CombineTooEarly(MoeRank& rank) {
  rank.Dispatch();
  if (rank.rank() == 3) return rank.Combine();
  AwaitRank3(rank, 2);
  return rank.Dispatch();
}

std::string BarrierInstead(MoeRank& rank) {
  if (rank.rank() == 3) {
    rank.LaunchBarrier();
    return rank.Collect();
  }
  AwaitRank3(rank, 1);
  return rank.Dispatch();
}

// Rank 1 has a TP partner, rank 2, whose own EP group is {2, 3}; rank 0 has none. Rank 3 comes
// late.
std::string DispatchWithTp(MoeRank& rank) {
  MoeParams params;
  params.num_experts = 2;
  params.top_k = 1;
  params.ids = {0, 1};
  if (rank.rank() == 1 || rank.rank() == 2) params.tp_world_size = 2;
  if (rank.rank() == 3) rank.run().AwaitFlag(0, 1);
  std::string end = rank.Dispatch(params);
  if (rank.rank() == 2) ++rank.run().flags[0];
  return end;
}

// EP groups {0, 2} and {1, 3}, TP groups {0, 1} and {2, 3}; rank 2 calls without TP. Rank 0 comes
// when ranks 1 and 3 have met already: rank 1 hears of the failure from rank 0, and rank 3, which
// waits for rank 2 and always would, from rank 1's release.
std::string DispatchPastOneTpGroup(MoeRank& rank) {
  MoeParams params;
  params.num_experts = 2;
  params.top_k = 1;
  params.ids = {0, 1};
  params.tp_world_size = rank.rank() == 2 ? 0 : 2;
  if (rank.rank() == 0) {
    while (rank.run().tp->board().rank(1).arrived.load() < 1)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return rank.Dispatch(params);
}

}  // namespace

std::vector<FailureCase> AgreementFailures() {
  std::vector<FailureCase> cases;
  cases.push_back({.chapter = kChapter,
                   .name = "Operator",
                   .what = "one rank combines while the others dispatch",
                   .body = CombineTooEarly,
                   .sentence = DispatchFailed(
                       2, "parameter operator differs: rank 0 has dispatch, rank 3 has combine")});
  cases.push_back(
      {.chapter = kChapter,
       .name = "Barrier",
       .what = "one rank is at a barrier while the others dispatch",
       .body = BarrierInstead,
       .sentence = DispatchFailed(
           1, "parameter operator differs: rank 0 has dispatch, rank 3 has HcclBarrier")});
  cases.push_back(Differs(
      "MoeExpertNum", "moeExpertNum differs", {}, [](MoeParams& p) { p.num_experts = 16; },
      "moeExpertNum differs: rank 0 has 8, rank 3 has 16"));
  cases.push_back(
      {.chapter = kChapter,
       .name = "TpWorldSize",
       .what = "tpWorldSize differs; the TP partner's group hears it too",
       .body = DispatchWithTp,
       .sentence = DispatchFailed(1, "parameter tpWorldSize differs: rank 0 has 1, rank 1 has 2"),
       .groups = {{0, 1}, {2, 3}, {1, 2}}});
  cases.push_back(
      {.chapter = kChapter,
       .name = "TpWorldSizeOfARankElsewhere",
       .what = "tpWorldSize differs, and a rank that waits in TP for the odd one has no failed "
               "group: it hears it from the release of its EP group",
       .body = DispatchPastOneTpGroup,
       .sentence = DispatchFailed(1, "parameter tpWorldSize differs: rank 0 has 2, rank 1 has 1"),
       .groups = {{0, 2}, {1, 3}, {0, 1}, {2, 3}}});
  const auto two_shared = [](MoeParams& p) {
    p.shared_expert_num = 1;
    p.shared_expert_ranks = 2;
    p.num_experts = 6;
    p.ids = {0, 1, 0, 1};
  };
  cases.push_back(Differs(
      "SharedExpertRankNum", "sharedExpertRankNum differs", two_shared,
      [](MoeParams& p) { p.shared_expert_ranks = 1; },
      "sharedExpertRankNum differs: rank 0 has 2, rank 3 has 1"));
  cases.push_back(Differs(
      "SharedExpertNum", "sharedExpertNum differs", two_shared,
      [](MoeParams& p) { p.shared_expert_num = 2; },
      "sharedExpertNum differs: rank 0 has 1, rank 3 has 2"));
  cases.push_back(Differs(
      "GlobalBs", "globalBs differs", {}, [](MoeParams& p) { p.global_bs = 16; },
      "globalBs differs: rank 0 has 8, rank 3 has 16"));
  cases.push_back(Differs(
      "CommAlg", "commAlg differs", {}, [](MoeParams& p) { p.comm_alg = "fullmesh_v2"; },
      "commAlg differs: rank 0 has fullmesh_v1, rank 3 has fullmesh_v2"));
  cases.push_back({.chapter = kChapter,
                   .name = "BuffSize",
                   .what = "HCCL_BUFFSIZE differs",
                   .body = DispatchWithBuffSize,
                   .sentence = DispatchFailed(
                       1, "parameter HCCL_BUFFSIZE differs: rank 0 has 200, rank 3 has 300")});
  cases.push_back(Differs(
      "Hidden", "H differs", {}, [](MoeParams& p) { p.hidden = 2048; },
      "H differs: rank 0 has 1024, rank 3 has 2048"));
  cases.push_back(Differs(
      "TopK", "K differs", {},
      [](MoeParams& p) {
        p.top_k = 1;
        p.ids = {0, 1};
      },
      "K differs: rank 0 has 2, rank 3 has 1"));
  cases.push_back(Differs(
      "Type", "the type of x differs", {}, [](MoeParams& p) { p.type = ACL_FLOAT16; },
      "dtype of x differs: rank 0 has BF16, rank 3 has FLOAT16"));
  cases.push_back(Differs(
      "QuantMode", "quantMode differs", {}, [](MoeParams& p) { p.quant_mode = 2; },
      "quantMode differs: rank 0 has 0, rank 3 has 2"));
  cases.push_back(DiffersInCombine(
      "GlobalBsInCombine", "globalBs differs (combine)", [](MoeParams& p) { p.global_bs = 16; },
      "globalBs differs: rank 0 has 8, rank 3 has 16"));
  cases.push_back(DiffersInCombine(
      "CommAlgInCombine", "commAlg differs (combine)",
      [](MoeParams& p) { p.comm_alg = "fullmesh_v2"; },
      "commAlg differs: rank 0 has fullmesh_v1, rank 3 has fullmesh_v2"));
  cases.push_back(DiffersInCombine(
      "TypeOfExpandX", "the type of expandX differs", [](MoeParams& p) { p.type = ACL_FLOAT16; },
      "dtype of expandX differs: rank 0 has BF16, rank 3 has FLOAT16"));
  cases.push_back(DiffersInCombine(
      "CommQuantMode", "commQuantMode differs", [](MoeParams& p) { p.comm_quant_mode = 2; },
      "commQuantMode differs: rank 0 has 0, rank 3 has 2"));
  cases.push_back(
      {.chapter = kChapter,
       .name = "SeveralCauses",
       .what = "parameters differ and an id is wrong: the parameters are named",
       .body =
           [](MoeRank& rank) {
             MoeParams params;
             if (rank.rank() == 0) params.ids = {0, 99, 0, 1};
             if (rank.rank() == 3) params.global_bs = 16;
             return rank.Dispatch(params);
           },
       .sentence = DispatchFailed(1, "parameter globalBs differs: rank 0 has 8, rank 3 has 16")});
  return cases;
}

}  // namespace ferry::testing
