// The parts of the command line that need no ranks.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>
#include <stdexcept>

#include "batch.h"
#include "fault.h"
#include "gate.h"
#include "presets.h"
#include "text.h"

namespace ferry::tool {
namespace {

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    path_ = (std::filesystem::temp_directory_path() / "ferry_text_XXXXXX").string();
    const int fd = mkstemp(path_.data());
    EXPECT_GE(fd, 0);
    EXPECT_EQ(write(fd, content.data(), content.size()), static_cast<ssize_t>(content.size()));
    close(fd);
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

template <class F>
std::string MessageOf(F&& function) {
  try {
    function();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

TEST(Text, WordsAreLowerCaseRunsOfLettersAndDigits) {
  const TemporaryFile file("The cat, the CAT-2!\n\n  straße\n");
  const Text text = ReadText(file.path());
  EXPECT_EQ(text.words, (std::vector<std::string>{"the", "cat", "2", "straße"}));
  EXPECT_EQ(text.tokens, (std::vector<std::int32_t>{0, 1, 0, 1, 2, 3}));
}

TEST(Text, AFileWithoutWordsIsRefusedByName) {
  const TemporaryFile file(" .,;\n");
  EXPECT_NE(MessageOf([&] { (void)ReadText(file.path()); }).find(file.path()), std::string::npos);
}

TEST(Text, AMissingFileIsRefusedByName) {
  EXPECT_NE(MessageOf([] { (void)ReadText("/no/such/text"); }).find("/no/such/text"),
            std::string::npos);
}

TEST(Presets, EveryPresetHasSizesThatTheOperatorAccepts) {
  ASSERT_EQ(Presets().size(), 4U);
  for (const Preset& preset : Presets()) {
    EXPECT_GE(preset.hidden, 1024) << preset.name;
    EXPECT_LE(preset.hidden, 8192) << preset.name;
    EXPECT_LE(preset.num_experts, 1024) << preset.name;
    EXPECT_LE(preset.top_k, 16) << preset.name;
  }
}

TEST(Presets, AnUnknownNameIsAnsweredWithTheKnownOnes) {
  const std::string message = MessageOf([] { (void)FindPreset("gpt-5"); });
  EXPECT_NE(message.find("gpt-5"), std::string::npos);
  EXPECT_NE(message.find("mixtral-8x7b"), std::string::npos);
}

TEST(Gate, AWordIsAlwaysTheSameTokenAndSeedsDiffer) {
  const Preset preset = {
      .name = "small", .hidden = 64, .num_experts = 8, .top_k = 3, .has_shared_expert = false};
  const auto once = EmbedAndGate(preset, {"a", "b", "a"}, 1);
  EXPECT_EQ(once[0].embedding, once[2].embedding);
  EXPECT_EQ(once[0].expert_ids, once[2].expert_ids);
  EXPECT_NE(once[0].embedding, once[1].embedding);
  EXPECT_NE(once[0].embedding, EmbedAndGate(preset, {"a"}, 2)[0].embedding);
}

TEST(Gate, ExpertsAreDistinctAndWeightsSumToOne) {
  const Preset preset = {
      .name = "small", .hidden = 64, .num_experts = 8, .top_k = 3, .has_shared_expert = false};
  for (const Token& token : EmbedAndGate(preset, {"x", "y", "z"}, 7)) {
    EXPECT_EQ(std::set<std::int32_t>(token.expert_ids.begin(), token.expert_ids.end()).size(), 3U);
    EXPECT_NEAR(std::accumulate(token.expert_weights.begin(), token.expert_weights.end(), 0.0f),
                1.0f, 1e-5f);
    EXPECT_GE(token.expert_weights[0], token.expert_weights[2]);
  }
}

TEST(Batch, TokensAreDealtLikeCards) {
  const std::vector<std::int32_t> tokens = {10, 11, 12, 13, 14};
  const Batch batch = DealBatch(tokens, 0, 2, 2);
  EXPECT_EQ(batch, (Batch{{10, 12}, {11, 13}}));
}

TEST(Batch, NoRankComesEmptyHandedAtTheEndOfTheText) {
  const std::vector<std::int32_t> tokens = {10, 11, 12, 13, 14};
  EXPECT_EQ(DealBatch(tokens, 4, 3, 2), (Batch{{14}, {10}, {11}}));
}

TEST(FaultText, EachKindIsUnderstood) {
  EXPECT_TRUE(ParseFault("absent:3", 4).Hits(Fault::Kind::kAbsent, 3));
  EXPECT_TRUE(ParseFault("flip:0", 4).Hits(Fault::Kind::kFlip, 0));
  EXPECT_TRUE(ParseFault("mismatch:globalBs:2", 4).Mismatches("globalBs", 2));
  EXPECT_EQ(ParseFault("", 4).kind, Fault::Kind::kNone);
}

TEST(FaultText, WhatIsWrongAndWhatIsAllowedAreNamed) {
  EXPECT_NE(MessageOf([] { (void)ParseFault("absent:4", 4); }).find("[0, 4)"), std::string::npos);
  EXPECT_NE(MessageOf([] { (void)ParseFault("absent:x", 4); }).find("'x'"), std::string::npos);
  EXPECT_NE(MessageOf([] { (void)ParseFault("mismatch:Bs:1", 4); }).find("moeExpertNum"),
            std::string::npos);
  EXPECT_NE(MessageOf([] { (void)ParseFault("explode:1", 4); }).find("flip:RANK"),
            std::string::npos);
}

}  // namespace
}  // namespace ferry::tool
