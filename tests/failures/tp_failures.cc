// Failures between the two ranks of a TP group.
#include <string>

#include "failures/failure_case.h"
#include "failures/operation.h"

namespace ferry::testing {
namespace {

constexpr const char* kChapter = "TP partners";

// EP groups, then the pairs, whose ranks 1 are those of the second EP group.
const std::vector<std::vector<std::int32_t>> kGroups = {{0, 2}, {1, 3}, {0, 1}, {2, 3}};

bool IsInSecondGroup(const MoeRank& rank) {
  return rank.rank() % 2 == 1;
}

// Both pairs find what is wrong, and it is chance which of the sentences reaches a rank first: they
// differ in the pair's name only, which is taken for the first one's.
std::string OfEitherPair(std::string end) {
  if (const std::size_t pair = end.find("\"g3\""); pair != std::string::npos)
    end.replace(pair, 4, "\"g2\"");
  return end;
}

// What a pair finds once its EP groups have met is each EP group's failure: only the names differ.
std::string OfEitherGroup(std::string end) {
  if (const std::size_t group = end.find("\"g1\""); group != std::string::npos)
    end.replace(group, 4, "\"g0\"");
  return end;
}

// Every rank names expert 0 twice for each of its tokens, so both ranks of the first pair receive 8
// rows and 8 of their partner, where different ids would bring 4 at most.
MoeParams WithDuplicates() {
  MoeParams params = Pairwise();
  params.top_k = 2;
  params.ids = {0, 0, 0, 0};
  return params;
}

std::string DispatchWithoutRoom(MoeRank& rank) {
  MoeParams params = WithDuplicates();
  params.expand_x_rows = 15;
  return OfEitherGroup(rank.Dispatch(params));
}

std::string DispatchWithoutRoomForScales(MoeRank& rank) {
  MoeParams params = WithDuplicates();
  params.quant_mode = 2;
  params.dynamic_scales = 15;
  return OfEitherGroup(rank.Dispatch(params));
}

// Rank 2, TP rank 0 of EP rank 1, spoils what it hands to its partner.
std::string CombineWithTpCount(MoeRank& rank, std::int32_t count) {
  const std::string end = rank.Dispatch(Pairwise());
  if (end != "ok") return end;
  if (rank.rank() == 2) rank.tp_counts()[1] = count;
  return OfEitherGroup(rank.Combine(Pairwise()));
}

FailureCase BadTpCount(const char* name, const char* what, std::int32_t count,
                       const std::string& sentence) {
  return {.chapter = kChapter,
          .name = name,
          .what = what,
          .body = [count](MoeRank& rank) { return CombineWithTpCount(rank, count); },
          .sentence = sentence,
          .groups = kGroups};
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

// The same in the combine behind a dispatch.
std::string CombineWithoutPartner(MoeRank& rank) {
  const std::string before = rank.Dispatch(Pairwise());
  if (before != "ok") return before;
  if (IsInSecondGroup(rank)) rank.run().AwaitFlag(0, 2);
  std::string end = OfEitherPair(rank.Combine(Pairwise()));
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
  cases.push_back(
      {.chapter = kChapter,
       .name = "AnAbsentTpPartnerInCombine",
       .what = "the EP group of the TP partners comes after the limit, and hears the "
               "same at once (combine)",
       .body = CombineWithoutPartner,
       .sentence = "aclnnMoeDistributeCombineV2 call 2 on group \"g2\" failed: rank(s) 1 did not "
                   "arrive within 1 s; rank 1 has finished call 1 and not started call 2; every "
                   "rank must launch every call, also without tokens, on a stream that gets to it",
       .groups = kGroups});
  cases.push_back({.chapter = kChapter,
                   .name = "NoRoomForThePartnersRows",
                   .what = "expandX has room for a rank's own rows, not for its partner's too",
                   .body = DispatchWithoutRoom,
                   .sentence = DispatchFailed(
                       1,
                       "rank 0 with tpRankId 0: 16 rows needed (8 + 8), expandX has 15 rows "
                       "available (a token of rank 0 with tpRankId 0 names an expert twice)"),
                   .groups = kGroups});
  cases.push_back(
      {.chapter = kChapter,
       .name = "NoRoomForThePartnersScales",
       .what = "dynamicScales has room for a rank's own rows, not for its partner's too",
       .body = DispatchWithoutRoomForScales,
       .sentence = DispatchFailed(
           1,
           "rank 0 with tpRankId 0: 16 rows needed (8 + 8), dynamicScales has 15 elements "
           "available (a token of rank 0 with tpRankId 0 names an expert twice)"),
       .groups = kGroups});
  const std::string count = "rank 1 with tpRankId 0: tpSendCounts[1] is ";
  cases.push_back(BadTpCount(
      "ATpCountBeyondExpandX", "tpSendCounts counts more rows than expandX has", 63,
      CombineFailed(2, count + "63; must be in [0, 62], the rows of expandX behind its own 2")));
  cases.push_back(BadTpCount(
      "ANegativeTpCount", "tpSendCounts counts a negative number of rows", -1,
      CombineFailed(2, count + "-1; must be in [0, 62], the rows of expandX behind its own 2")));
  cases.push_back(BadTpCount("FewerRowsThanThePartnerNeeds",
                             "tpSendCounts counts fewer rows than the partner has", 1,
                             CombineFailed(2, count + "1; must be 2, the last of epSendCounts of "
                                                      "its TP peer")));
  cases.push_back({.chapter = kChapter,
                   .name = "DifferentEpRanksInAPair",
                   .what = "epRankId differs within a pair (a rank hears it of its pair or of the "
                           "other)",
                   .body = [](MoeRank& rank) { return OfEitherPair(rank.Dispatch(Pairwise())); },
                   .sentence = FailedInPair("parameter epRankId differs: rank 0 has 0, rank 1 has "
                                            "1"),
                   .groups = {{0, 2}, {3, 1}, {0, 1}, {3, 2}}});
  return cases;
}

}  // namespace ferry::testing
