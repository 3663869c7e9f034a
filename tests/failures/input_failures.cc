// Failures that one rank's own tensors cause: ids, triples, counts, room.
#include <utility>

#include "failures/failure_case.h"

namespace ferry::testing {
namespace {

constexpr const char* kChapter = "What a rank's tensors hold";

// Every rank dispatches; `guilty` with these ids.
FailureCase BadId(const char* name, const char* what, std::vector<std::int32_t> ids,
                  const std::string& cause) {
  return {.chapter = kChapter,
          .name = name,
          .what = what,
          .body =
              [ids = std::move(ids)](MoeRank& rank) {
                MoeParams params;
                if (rank.rank() == 2) params.ids = ids;
                return rank.Dispatch(params);
              },
          .sentence = DispatchFailed(1, cause)};
}

// Every rank dispatches and combines; rank 0, which has all rows, spoils what dispatch left.
FailureCase BadCombine(const char* name, const char* what, std::function<void(MoeRank& rank)> spoil,
                       const std::string& cause) {
  return {.chapter = kChapter,
          .name = name,
          .what = what,
          .body =
              [spoil = std::move(spoil)](MoeRank& rank) {
                const std::string end = rank.Dispatch();
                if (end != "ok") return end;
                if (rank.rank() == 0) spoil(rank);
                return rank.Combine();
              },
          .sentence = CombineFailed(2, cause)};
}

FailureCase BadTriple(const char* name, const char* what, int at, const std::string& cause) {
  return BadCombine(
      name, what, [at](MoeRank& rank) { rank.triples()[at] = 4 + at; }, cause);
}

// Rank 0 receives 32 rows, twice as many as different ids can bring it.
MoeParams WithDuplicates() {
  MoeParams params;
  params.top_k = 4;
  params.ids = {0, 0, 1, 1, 0, 0, 1, 1};
  return params;
}

}  // namespace

std::vector<FailureCase> InputFailures() {
  std::vector<FailureCase> cases;
  cases.push_back(BadId("AnIdTooLarge", "expertIds holds an id beyond the experts", {0, 1, 0, 8},
                        "rank 2 token 1 k 1: expert id 8 outside [0, 8)"));
  cases.push_back(BadId("ANegativeId", "expertIds holds a negative id", {0, -1, 0, 1},
                        "rank 2 token 0 k 1: expert id -1 outside [0, 8)"));
  cases.push_back(
      {.chapter = kChapter,
       .name = "BadIdsOnTwoRanks",
       .what = "expertIds holds wrong ids on several ranks: the lowest is named",
       .body =
           [](MoeRank& rank) {
             MoeParams params;
             if (rank.rank() >= 2) params.ids = {0, 90 + rank.rank(), -1, 1};
             return rank.Dispatch(params);
           },
       .sentence = DispatchFailed(1, "rank 2 token 0 k 1: expert id 92 outside [0, 8)")});
  cases.push_back(
      {.chapter = kChapter,
       .name = "TooManyRows",
       .what = "a token names an expert twice, and expandX has no room for the rows",
       .body =
           [](MoeRank& rank) {
             MoeParams params = WithDuplicates();
             params.expand_x_rows = 16;
             return rank.Dispatch(params);
           },
       .sentence = DispatchFailed(1,
                                  "rank 0: 32 rows needed, expandX has 16 rows available "
                                  "(a token of rank 0 names an expert twice)")});
  cases.push_back(
      {.chapter = kChapter,
       .name = "TooManyScales",
       .what = "a token names an expert twice, and dynamicScales has no room",
       .body =
           [](MoeRank& rank) {
             MoeParams params = WithDuplicates();
             params.quant_mode = 2;
             params.dynamic_scales = 16;
             return rank.Dispatch(params);
           },
       .sentence = DispatchFailed(1,
                                  "rank 0: 32 rows needed, dynamicScales has 16 elements available "
                                  "(a token of rank 0 names an expert twice)")});
  cases.push_back({.chapter = kChapter,
                   .name = "TooManyTriples",
                   .what = "a token names an expert twice, and assistInfoForCombine has no room",
                   .body =
                       [](MoeRank& rank) {
                         MoeParams params = WithDuplicates();
                         params.assist_elements = 48;
                         return rank.Dispatch(params);
                       },
                   .sentence = DispatchFailed(
                       1,
                       "rank 0: 32 rows needed, assistInfoForCombine has 16 rows available (48 "
                       "elements) (a token of rank 0 names an expert twice)")});
  const std::string row = "rank 0 row 1: assistInfoForCombine has ";
  cases.push_back(BadTriple("ATripleWithABadRank", "a triple names a rank that is not there", 3,
                            row + "rank 7 outside [0, 4)"));
  cases.push_back(BadTriple("ATripleWithABadToken", "a triple names a token that cannot be", 4,
                            row + "token 8 outside [0, 2)"));
  cases.push_back(BadTriple("ATripleWithABadSlot", "a triple names a slot that cannot be", 5,
                            row + "slot 9 outside [0, 2)"));
  cases.push_back(BadCombine(
      "MoreRowsThanExpandXHas", "epSendCounts counts more rows than expandX has",
      [](MoeRank& rank) { rank.counts()[7] = 65; },
      "rank 0: epSendCounts[7] is 65; must be in [0, 64], the rows of expandX"));
  cases.push_back(BadCombine(
      "ANegativeCount", "epSendCounts counts a negative number of rows",
      [](MoeRank& rank) { rank.counts()[7] = -1; },
      "rank 0: epSendCounts[7] is -1; must be in [0, 64], the rows of expandX"));
  cases.push_back(
      {.chapter = kChapter,
       .name = "MoreRowsThanTriples",
       .what = "epSendCounts counts more rows than assistInfoForCombine has triples",
       .body =
           [](MoeRank& rank) {
             MoeParams params;
             params.expand_x_rows = 700;
             params.assist_elements = 16 * 128;
             const std::string end = rank.Dispatch(params);
             if (end != "ok") return end;
             if (rank.rank() == 0) rank.counts()[7] = 683;
             return rank.Combine();
           },
       .sentence = CombineFailed(2,
                                 "rank 0: epSendCounts[7] is 683; must be in [0, 682], the triples "
                                 "of assistInfoForCombine (2048 elements)")});
  cases.push_back({.chapter = kChapter,
                   .name = "ABadTripleAndABadId",
                   .what = "a triple of rank 0 and an id of rank 2 are wrong: the id is named",
                   .body =
                       [](MoeRank& rank) {
                         const std::string end = rank.Dispatch();
                         if (end != "ok") return end;
                         if (rank.rank() == 0) rank.triples()[3] = 7;
                         if (rank.rank() == 2) rank.expert_ids()[3] = 8;
                         return rank.Combine();
                       },
                   .sentence = CombineFailed(2, "rank 2 token 1 k 1: expert id 8 outside [0, 8)")});
  cases.push_back(
      {.chapter = kChapter,
       .name = "ARowThatNobodyHolds",
       .what = "no triple leads back to a row of rank 0: only rank 0 fails",
       .body =
           [](MoeRank& rank) {
             const std::string end = rank.Dispatch();
             if (end != "ok") return end;
             if (rank.rank() == 0) rank.triples()[1] = 1;  // of token 0
             return rank.Combine();
           },
       .sentence = "ok",
       .others = {{0, CombineFailed(2, "rank 0 token 0 slot 0: no rank returned this row")}}});
  cases.push_back(
      {.chapter = kChapter,
       .name = "ABadIdBesideTp",
       .what = "with TP, an id is wrong in one EP group: the partners' group hears it too",
       .body =
           [](MoeRank& rank) {
             MoeParams params;
             params.num_experts = 2;
             params.tp_world_size = 2;
             params.top_k = 1;
             params.ids = {0, 1};
             if (rank.rank() == 2) params.ids = {0, 77};
             return rank.Dispatch(params);
           },
       .sentence = DispatchFailed(1, "rank 1 token 1 k 0: expert id 77 outside [0, 2)"),
       .groups = {{0, 2}, {1, 3}, {0, 1}, {2, 3}}});
  return cases;
}

}  // namespace ferry::testing
