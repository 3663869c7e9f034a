// Failures between the two ranks of a TP group.
#include <string>

#include "failures/failure_case.h"

namespace ferry::testing {
namespace {

constexpr const char* kChapter = "TP partners";

// EP groups, then the pairs, whose ranks 1 are those of the second EP group.
const std::vector<std::vector<std::int32_t>> kGroups = {{0, 2}, {1, 3}, {0, 1}, {2, 3}};

bool IsInSecondGroup(const MoeRank& rank) {
  return rank.rank() % 2 == 1;
}

MoeParams Pairwise() {
  MoeParams params;
  params.num_experts = 2;
  params.tp_world_size = 2;
  params.top_k = 1;
  params.ids = {0, 1};
  return params;
}

// Both pairs find what is wrong, and it is chance which of the sentences reaches a rank first: they
// differ in the pair's name only, which is taken for the first one's.
std::string OfEitherPair(std::string end) {
  if (const std::size_t pair = end.find("\"g3\""); pair != std::string::npos)
    end.replace(pair, 4, "\"g2\"");
  return end;
}

std::string DispatchWithOddGlobalBs(MoeRank& rank) {
  MoeParams params = Pairwise();
  if (IsInSecondGroup(rank)) params.global_bs = 8;
  return OfEitherPair(rank.Dispatch(params));
}

// The second EP group comes when the first has given up.
std::string DispatchWithoutPartner(MoeRank& rank) {
  if (IsInSecondGroup(rank)) rank.run().AwaitFlag(0, 2);
  std::string end = OfEitherPair(rank.Dispatch(Pairwise()));
  ++rank.run().flags[0];
  return end;
}

// As the ranks of the first pair's group say it.
std::string FailedInPair(const std::string& cause) {
  return "aclnnMoeDistributeDispatchV2 call 1 on group \"g2\" failed: " + cause;
}

}  // namespace

std::vector<FailureCase> TpFailures() {
  std::vector<FailureCase> cases;
  cases.push_back(
      {.chapter = kChapter,
       .name = "GlobalBsAcrossTp",
       .what =
           "globalBs differs between the EP groups of TP partners (a rank hears it of its pair or "
           "of the other)",
       .body = DispatchWithOddGlobalBs,
       .sentence = FailedInPair("parameter globalBs differs: rank 0 has 4, rank 1 has 8"),
       .groups = kGroups});
  cases.push_back(
      {.chapter = kChapter,
       .name = "AnAbsentTpPartner",
       .what = "the EP group of the TP partners comes after the limit, and hears the "
               "same at once",
       .body = DispatchWithoutPartner,
       .sentence = FailedInPair("rank(s) 1 did not arrive within 1 s; rank 1 has not started any "
                                "call; every rank must launch every call, also without "
                                "tokens, on a stream that gets to it"),
       .groups = kGroups});
  return cases;
}

}  // namespace ferry::testing
