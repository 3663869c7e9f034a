// What `ferry check` takes for a call: flags, JSON, and what it refuses of them.
#include "check_request.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "check_flags.h"
#include "ops/call_text.h"

namespace ferry::tool {
namespace {

class JsonFile {
 public:
  explicit JsonFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("ferry_check_test." + std::to_string(::getpid()) + ".json")) {
    std::ofstream(path_) << text;
  }
  JsonFile(const JsonFile&) = delete;
  JsonFile& operator=(const JsonFile&) = delete;
  ~JsonFile() { std::filesystem::remove(path_); }
  [[nodiscard]] std::string flag() const { return "--from " + path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(CheckRequest, JsonSaysWhatFlagsSay) {
  const JsonFile file(R"({"op": "dispatch", "ep": 8, "moe-experts": 8, "bs": 4, "h": 1024, "k": 2,
                          "mask": "2d", "strict": true, "given": ["expertScales"],
                          "shape": {"expandX": [64, 1024]}, "offset": {"x": 5}})");
  const auto from_json = std::get<ops::DispatchCall>(CallOf(file.flag()));
  const auto from_flags = std::get<ops::DispatchCall>(
      CallOf("--op dispatch --ep 8 --moe-experts 8 --bs 4 --h 1024 --k 2 --mask 2d --strict "
             "--given expertScales --shape expandX=64,1024 --offset x=5"));
  EXPECT_EQ(ops::CheckCommand(from_json), ops::CheckCommand(from_flags));
  EXPECT_TRUE(from_json.facts.strict);
  const auto changed = std::get<ops::DispatchCall>(CallOf(file.flag() + " --k 3 --offset x=7"));
  EXPECT_EQ(changed.top_k(), 3);
  EXPECT_EQ(changed.x->offset, 7);
  EXPECT_EQ(changed.expand_x->dims.at(0), 64);
}

TEST(CheckRequest, JsonThatIsNoneOrHoldsUnknownNamesIsRefused) {
  EXPECT_TRUE(Contains(Refusal(JsonFile("[1]").flag()), "holds no JSON object"));
  EXPECT_TRUE(Contains(Refusal(JsonFile("{").flag()), "holds no JSON object"));
  EXPECT_TRUE(Contains(Refusal(JsonFile(R"({"epp": 8})").flag()), "epp"));
  EXPECT_TRUE(Contains(Refusal("--from /no/such/file"), "cannot be read"));
}

TEST(CheckRequest, AFileThatCannotBeReadIsRefusedWithTheReason) {
  EXPECT_EQ(Refusal("--from /etc"), "--from is '/etc', which cannot be read: Is a directory");
  EXPECT_EQ(Refusal("--from /no/such/file"),
            "--from is '/no/such/file', which cannot be read: No such file or directory");
}

TEST(CheckRequest, AnEmptyTextIsNotNoText) {
  const std::string sizes = R"("op": "dispatch", "ep": 2, "moe-experts": 4, "bs": 2, "h": 1024,
                               "k": 2)";
  const auto call_of = [&](const std::string& member) {
    const JsonFile file("{" + sizes + ", " + member + "}");
    return std::get<ops::DispatchCall>(CallOf(file.flag()));
  };
  const auto no_alg = call_of(R"("comm-alg": "")").comm_alg;
  EXPECT_TRUE(no_alg.given);
  EXPECT_EQ(no_alg.text, "");
  const auto no_tp = call_of(R"("tp": 2, "group-tp": "")").group_tp;
  EXPECT_TRUE(no_tp.given);
  EXPECT_EQ(no_tp.text, "");
  EXPECT_FALSE(call_of(R"("no-group-tp": true)").group_tp.given);
  EXPECT_FALSE(call_of(R"("strict": false)").comm_alg.given);
}

TEST(CheckRequest, WithoutADeviceThereIsNoGroup) {
  const std::string call = "--op dispatch --ep 2 --moe-experts 4 --bs 2 --h 1024 --k 2 ";
  const auto without = std::get<ops::DispatchCall>(CallOf(call + "--device none"));
  EXPECT_FALSE(without.facts.device);
  EXPECT_FALSE(without.facts.ep);
  EXPECT_EQ(std::get<ops::DispatchCall>(CallOf(call + "--device 3")).facts.device, 3);
  EXPECT_EQ(Refusal(call + "--device none --ep-group 2,0"),
            "--ep-group is '2,0'; must be none, or left out, with --device none");
  EXPECT_TRUE(Contains(Refusal(call + "--device one"), "--device holds 'one'; must be"));
}

TEST(CheckRequest, WhatMakesNoSenseIsRefusedWithWhatWould) {
  const std::string sizes = " --ep 2 --moe-experts 4 --bs 2 --h 1024 --k 2";
  EXPECT_TRUE(Contains(Refusal("--op gather" + sizes), "must be dispatch or combine"));
  EXPECT_TRUE(Contains(Refusal("--op dispatch --ep 8"), "--moe-experts, --bs, --h, --k missing"));
  EXPECT_TRUE(
      Contains(Refusal("--op dispatch --shape y=1" + sizes), "must be one of x, expertIds"));
  EXPECT_TRUE(Contains(Refusal("--op dispatch --shape x" + sizes), "must be NAME=VALUE"));
  EXPECT_TRUE(Contains(Refusal("--op dispatch --shape x=1,a" + sizes), "must be an integer"));
  EXPECT_TRUE(Contains(Refusal("--op dispatch --type x=half" + sizes), "must be fp32"));
  EXPECT_TRUE(Contains(Refusal("--op dispatch --mask 3d" + sizes), "must be 1d or 2d"));
  EXPECT_TRUE(Contains(Refusal("--op dispatch --ep-group 1,2,3" + sizes), "SIZE,RANK"));
}
TEST(CheckRequest, NumbersThatDoNotFitAreRefusedAsTheyAreWritten) {
  const std::string call = "--op dispatch --ep 2 --moe-experts 4 --bs 2 --h 1024 --k 2 ";
  EXPECT_EQ(Refusal(call + "--format x=4294967325"),
            "--format holds '4294967325'; must be in [-2147483648, 2147483647]");
  EXPECT_TRUE(Contains(Refusal(call + "--global-bs 99999999999999999999"), "99999999999999999999"));
  EXPECT_TRUE(Contains(Refusal(call + "--offset x=9223372036854775808"), "9223372036854775808"));
  EXPECT_EQ(Refusal(call + "--offset x=9223372036854775807"), "accepted");
  EXPECT_EQ(Refusal(call + "--global-bs=-9223372036854775808"), "accepted");
  EXPECT_TRUE(
      Contains(Refusal(JsonFile(R"({"op": "dispatch", "global-bs": 99999999999999999999})").flag()),
               "99999999999999999999"));
  EXPECT_TRUE(
      Contains(Refusal(JsonFile(R"({"op": "dispatch", "ep": 2, "moe-experts": 4, "bs": 2, "h": 1024,
                                    "k": 2, "shape": {"x": [18446744073709551616, 1]}})")
                           .flag()),
               "18446744073709551616"));
}

TEST(CheckRequest, ANumberHasOneMeaning) {
  const auto call = std::get<ops::DispatchCall>(
      CallOf("--op dispatch --ep 2 --moe-experts 4 --bs 010 --h 1024 --k 2"));
  EXPECT_EQ(call.x->dims.at(0), 10);
  EXPECT_TRUE(Contains(Refusal("--op dispatch --ep 0x10"), "must be an integer"));
  EXPECT_NE(Refusal(JsonFile(R"({"op": "dispatch", "ep": ""})").flag()), "accepted");
}

TEST(CheckRequest, AListHasANumberBetweenAnyTwoCommas) {
  const std::string call = "--op dispatch --ep 2 --moe-experts 4 --bs 2 --h 1024 --k 2 ";
  for (const std::string list : {"8,", ",8", "8,,9", ","})
    EXPECT_TRUE(Contains(Refusal(call + "--shape x=" + list), "must be an integer")) << list;
  EXPECT_EQ(Refusal(call + "--shape x="), "accepted");  // a tensor without dims
  EXPECT_TRUE(Contains(Refusal(call + "--ep-group 2,0,"), "must be an integer"));
}

TEST(CheckRequest, StridesAreOnePerDim) {
  const std::string call = "--op dispatch --ep 2 --moe-experts 4 --bs 2 --h 1024 --k 2 ";
  EXPECT_EQ(Refusal(call + "--strides expandX=1,1,1"),
            "--strides is 'expandX=1,1,1'; must be 2 numbers, one for each dim of [8, 1024]");
  EXPECT_TRUE(Contains(Refusal(call + "--strides expandX="), "must be 2 numbers"));
  EXPECT_EQ(Refusal(call + "--strides expandX=1,1,1 --shape expandX=8,1,1024"), "accepted");
}

TEST(CheckRequest, JsonSaysYesOrNoOnlyOfFlagsWithoutValue) {
  EXPECT_TRUE(Contains(Refusal(JsonFile(R"({"op": "dispatch", "mask": false})").flag()),
                       "member \"mask\" is false; must be a value"));
  EXPECT_TRUE(Contains(Refusal(JsonFile(R"({"op": "dispatch", "ep": true})").flag()),
                       "member \"ep\" is true; must be a value"));
  EXPECT_TRUE(Contains(Refusal(JsonFile(R"({"op": "dispatch", "null": [false]})").flag()),
                       "member \"null\" is false; must be a value"));
  EXPECT_TRUE(Contains(Refusal(JsonFile(R"({"op": "dispatch", "product": null})").flag()),
                       "member \"product\" is null; must be a value"));
  for (const std::string value : {"1", "\"yes\"", "[true]", "{}"})
    EXPECT_TRUE(Contains(Refusal(JsonFile(R"({"strict": )" + value + "}").flag()),
                         "member \"strict\" is given a value; must be true or false"))
        << value;
}

TEST(CheckRequest, JsonSaysNothingTwice) {
  EXPECT_TRUE(Contains(Refusal(JsonFile(R"({"op": "dispatch", "ep": 2, "ep": 4})").flag()),
                       "member \"ep\" is there twice; must be there once"));
  EXPECT_TRUE(Contains(Refusal(JsonFile(R"({"shape": {"x": [1], "x": [2]}})").flag()),
                       "member \"shape.x\" is there twice"));
  EXPECT_TRUE(Contains(Refusal(JsonFile(R"({"ep": [2, 4]})").flag()),
                       "member \"ep\" is a list; must be one value"));
}

TEST(CheckRequest, JsonHasNoMoreLevelsThanFlags) {
  EXPECT_TRUE(Contains(Refusal(JsonFile(R"({"shape": {"x": [[1]]}})").flag()),
                       "member \"shape\" holds a list or object too deep"));
  EXPECT_TRUE(Contains(Refusal(JsonFile(R"({"null": [{}]})").flag()), "too deep"));
}

TEST(CheckRequest, FlagsBesideJsonCount) {
  const JsonFile file(R"({"op": "dispatch", "ep": 2, "moe-experts": 4, "bs": 2, "h": 1024, "k": 2,
                          "strict": true})");
  EXPECT_TRUE(std::get<ops::DispatchCall>(CallOf(file.flag())).facts.strict);
  EXPECT_FALSE(std::get<ops::DispatchCall>(CallOf(file.flag() + " --strict=false")).facts.strict);
}

}  // namespace
}  // namespace ferry::tool
