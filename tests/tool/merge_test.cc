// What the first process of a run takes from the others, whatever they tell.
#include "merge.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "contains.h"
#include "run.h"

namespace ferry::tool {
namespace {

RankTraffic Traffic(std::int32_t rank) {
  RankTraffic traffic{.group = "ep", .world_rank = rank};
  traffic.peers = {{.rows = 3, .bytes = 42, .waited_ns = 7, .staged_bytes = 5},
                   {.rows = 1, .bytes = 14, .waited_ns = 0, .staged_bytes = 0}};
  traffic.total.released_ns = 5;
  traffic.total.staged_bytes = 9;
  return traffic;
}

// That of a process with two batches.
RunResult Result(std::int32_t rank) {
  RunResult result;
  result.num_batches = 2;
  result.dispatch.seconds = {0.5, 0.25};
  result.combine.seconds = {0.125, 1};
  result.traffic = {Traffic(rank)};
  return result;
}

RunResult MergedWith(const std::string& told) {
  RunResult result = Result(0);
  MergeResults({TellResult(result), told}, result);
  return result;
}

// The text with one place changed: another byte, one less, one twice, or cut off there.
std::string Mutated(std::string text, std::mt19937_64& random) {
  const std::size_t at = random() % text.size();
  switch (random() % 5) {
    case 0:
      text[at] = static_cast<char>(random());
      break;
    case 1:
      text[at] = "0123456789-.e[]{}\",:nt"[random() % 22];
      break;
    case 2:
      text.erase(at, 1 + random() % 8);
      break;
    case 3:
      text.insert(at, text, random() % text.size(), random() % 16);
      break;
    default:
      text.resize(at);
  }
  return text;
}

// Nothing of what was told is out of its range.
void ExpectSound(const RunResult& merged, const std::string& told) {
  EXPECT_TRUE(merged.num_batches >= 0 && merged.num_batches <= 2) << told;
  for (const auto* seconds : {&merged.dispatch.seconds, &merged.combine.seconds}) {
    EXPECT_EQ(seconds->size(), 2U) << told;
    for (const double s : *seconds) EXPECT_GE(s, 0.125) << told;
  }
  for (const RankTraffic& traffic : merged.traffic) EXPECT_GE(traffic.world_rank, 0) << told;
}

TEST(MergedResult, TakesTheTrafficOfTheOthers) {
  const RunResult merged = MergedWith(TellResult(Result(7)));
  EXPECT_FALSE(merged.failure.has_value()) << *merged.failure;
  ASSERT_EQ(merged.traffic.size(), 2U);
  EXPECT_EQ(merged.traffic[1].world_rank, 7);
  EXPECT_EQ(merged.traffic[1].peers[0].bytes, 42U);
  EXPECT_EQ(merged.traffic[1].peers[0].staged_bytes, 5U);
  EXPECT_EQ(merged.traffic[1].total.staged_bytes, 9U);
}

TEST(MergedResult, NamesAProcessThatToldWhatIsNoResult) {
  const std::string sound = TellResult(Result(1));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = sound;
    return text.replace(text.find(from), from.size(), to);
  };
  for (const std::string& told :
       {std::string("no JSON"), std::string("7"), std::string("[]"), std::string("{}"),
        sound.substr(0, sound.size() - 1), sound + sound, with("\"batches\":2", "\"batches\":-2"),
        with("\"batches\":2", "\"batches\":1e300"), with("\"batches\":2", "\"batches\":\"2\""),
        with("0.5", "-0.5"), with("0.5", "null"), with("\"rank\":1", "\"rank\":2147483648"),
        with("\"rows_from\":[3,1]", "\"rows_from\":[3,1,4]"), with("[3,1]", "[3,-1]"),
        with("\"failure\":null", "\"failure\":7"), std::string(100'000, '[')}) {
    const RunResult merged = MergedWith(told);
    ASSERT_TRUE(merged.failure.has_value()) << told;
    EXPECT_TRUE(merged.failure->starts_with("process 1 told what is no result: "))
        << *merged.failure;
    EXPECT_EQ(merged.traffic.size(), 1U) << "nothing of it is taken: " << told;
    EXPECT_EQ(merged.num_batches, 2) << told;
  }
}

TEST(MergedResult, IsSoundWhateverIsTold) {
  std::mt19937_64 random(20240229);
  RunResult failed = Result(1);
  failed.failure = "rank(s) 3 terminated";
  for (const std::string& sound : {TellResult(Result(1)), TellResult(failed)}) {
    std::size_t refused = 0;
    for (int i = 0; i < 20'000; ++i) {
      std::string told = sound;
      for (std::size_t changes = 1 + random() % 3; changes > 0 && !told.empty(); --changes)
        told = Mutated(told, random);
      const RunResult merged = MergedWith(told);
      ExpectSound(merged, told);
      refused += merged.failure && Contains(*merged.failure, "process 1 ") ? 1 : 0;
      if (HasFailure()) return;
    }
    EXPECT_GT(refused, 10'000U) << "most changes leave no result";
  }
}

}  // namespace
}  // namespace ferry::tool
