// Every failure at every distance: the exact message on every rank, and what works afterwards. The
// table docs/failures.md says the same; FERRY_FAILURES_TABLE=FILE writes it anew.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <tuple>

#include "failures/failure_case.h"
#include "processes/cases.h"

namespace ferry::testing {
namespace {

using Param = std::tuple<std::size_t, Distance>;

bool IsPossible(const FailureCase& failure, Distance distance) {
  return failure.where == Where::kBoth || distance != Distance::kThreads;
}

// Forked ranks first: they must not inherit threads.
std::vector<Param> AllParams() {
  std::vector<Distance> distances = Distances();
  std::reverse(distances.begin(), distances.end());
  std::vector<Param> params;
  for (const Distance distance : distances)
    for (std::size_t i = 0; i < AllFailures().size(); ++i)
      if (IsPossible(AllFailures()[i], distance)) params.emplace_back(i, distance);
  return params;
}

std::string NameOfParam(const ::testing::TestParamInfo<Param>& info) {
  constexpr const char* kNames[] = {"Threads", "Forked", "Segments"};
  return fmt::format("{}{}", AllFailures()[std::get<0>(info.param)].name,
                     kNames[static_cast<std::size_t>(std::get<1>(info.param))]);
}

std::string Recovery(const FailureCase& failure) {
  switch (failure.afterwards) {
    case Afterwards::kNextCallWorks:
      return "the next call works";
    case Afterwards::kNewStreamWorks:
      return "with a new stream on rank 1 the next call works";
    case Afterwards::kNothingWorks:
      break;
  }
  return fmt::format("every later call fails at once (`{}`); destroy the communicator",
                     failure.later);
}

// What a rank hears: messages of the library as such, the tests' own words as words.
std::string Quoted(const std::string& heard) {
  if (heard == "ok") return "the call works";
  const bool is_message = heard.find(':') != std::string::npos;
  return is_message ? fmt::format("`{}`", heard) : heard;
}

// The failure's row of the table.
std::string RowOf(const FailureCase& failure) {
  const char* where = failure.where == Where::kBoth ? "threads, forked" : "forked";
  std::string heard = Quoted(failure.sentence);
  for (const auto& [rank, other] : failure.others)
    if (!other.empty()) heard += fmt::format("; rank {}: {}", rank, Quoted(other));
  return fmt::format("| {} | {} | {} | {} |\n", failure.what, where, heard, Recovery(failure));
}

std::string Table() {
  std::string text =
      "# Failures\n\n"
      "What every rank of a group hears when a call fails, at each distance (ranks as threads of "
      "one process, ranks as forked processes), and what works afterwards. Each row is a test "
      "(`tests/failures/`), run over both distances through the C API; the messages are exact. "
      "`g0` stands for the group's name; there are four ranks, and the limit is 1 s "
      "(HCCL_EXEC_TIMEOUT, 1836 s by default).\n\n"
      "A failed call ends with 507015 at the next synchronise of each rank's stream, with the "
      "same sentence on all ranks; `aclGetRecentErrMsg` returns it. Where a rank hears something "
      "else, the row says so. \"The next call\" is the next number on every rank, after each has "
      "reached the failed call and collected its error.\n\n"
      "epWorldSize and expertShardType cannot differ at a meeting: phase 1 accepts only the "
      "group's size and 0.\n";
  std::string chapter;
  for (const FailureCase& failure : AllFailures()) {
    if (chapter != failure.chapter) {
      chapter = failure.chapter;
      text += fmt::format(
          "\n## {}\n\n| what happens | distance | what the ranks hear | afterwards |\n|---|---|---|"
          "---|\n",
          chapter);
    }
    text += RowOf(failure);
  }
  return text;
}

std::string Next(MoeRank& rank, const FailureCase& failure) {
  switch (failure.afterwards) {
    case Afterwards::kNothingWorks:
      return rank.Dispatch(failure.next);
    case Afterwards::kNewStreamWorks:
      if (rank.rank() == 1) rank.MakeStream();
      return rank.DispatchWorks();
    case Afterwards::kNextCallWorks:
      return rank.DispatchWorks();
  }
  return "unknown";
}

// What the rank says of what it has heard.
std::string AsTheTableHasIt(const FailureCase& failure, std::string heard) {
  if (!failure.in_any_group) return heard;
  const std::string before = "on group \"g";
  if (const std::size_t at = heard.find(before); at != std::string::npos)
    heard[at + before.size()] = '0';
  return heard;
}

class Failure : public ::testing::TestWithParam<Param> {};

TEST_P(Failure, IsHeardByEveryRankAndHealsAsTheTableSays) {
  const FailureCase& failure = AllFailures()[std::get<0>(GetParam())];
  LaunchOptions options;
  options.distance = std::get<1>(GetParam());
  options.num_ranks = failure.num_ranks;
  options.groups = failure.groups;
  // Short only where the limit is what fails: on a busy machine it must not be what fails.
  const bool expires = failure.sentence.find(" did not arrive within 1 s") != std::string::npos;
  options.wait_limit = std::chrono::seconds(expires ? 1 : 20);
  const bool lethal = std::any_of(failure.others.begin(), failure.others.end(),
                                  [](const auto& other) { return other.second.empty(); });
  const bool alone = failure.afterwards == Afterwards::kNothingWorks;
  const auto ends = Launch(options, [&](RankRun& run) {
    MoeRank rank(run);
    run.say(AsTheTableHasIt(failure, failure.body(rank)));
    if (!lethal) AwaitAll(run, 1);
    // A rank that has destroyed its communicator makes no later call.
    if (!alone || rank.rank() != 1) run.say(AsTheTableHasIt(failure, Next(rank, failure)));
    if (!lethal) AwaitAll(run, 2);
  });
  for (std::size_t r = 0; r < ends.size(); ++r) {
    const auto other = failure.others.find(static_cast<std::int32_t>(r));
    std::vector<std::string> expected = {other == failure.others.end() ? failure.sentence
                                                                       : other->second};
    if (expected[0].empty()) continue;  // it has died
    if (!alone) expected.emplace_back("ok");
    if (alone && r != 1) expected.push_back(failure.later);
    EXPECT_EQ(ends[r].lines, expected) << "rank " << r;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Failure, ::testing::ValuesIn(AllParams()), NameOfParam);

TEST(FailureTable, OfTheDocumentationIsWhatTheTestsSay) {
  if (const char* path = std::getenv("FERRY_FAILURES_TABLE")) std::ofstream(path) << Table();
  std::ifstream file(FERRY_FAILURES_DOC);
  const std::string documented{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(documented, Table());
}

TEST(FailureTable, NamesEachTestOnce) {
  std::set<std::string> names;
  for (const FailureCase& failure : AllFailures())
    EXPECT_TRUE(names.insert(failure.name).second) << failure.name;
}

}  // namespace

const std::vector<FailureCase>& AllFailures() {
  static const auto* const all = [] {
    auto* const joined = new std::vector<FailureCase>;
    for (const auto& chapter : {InputFailures(), AgreementFailures(), WaitingFailures(),
                                StreamFailures(), TpFailures(), FollowUpFailures()})
      joined->insert(joined->end(), chapter.begin(), chapter.end());
    return joined;
  }();
  return *all;
}

std::string DispatchFailed(int call, const std::string& cause) {
  return fmt::format("aclnnMoeDistributeDispatchV2 call {} on group \"g0\" failed: {}", call,
                     cause);
}
std::string CombineFailed(int call, const std::string& cause) {
  return fmt::format("aclnnMoeDistributeCombineV2 call {} on group \"g0\" failed: {}", call, cause);
}

}  // namespace ferry::testing
