// What `ferry check` takes for a call: flags, JSON, and what it refuses of them.
#include "check_request.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "check_flags.h"
#include "ops/call_text.h"

namespace ferry::tool {
namespace {

class JsonFile {
 public:
  explicit JsonFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() / "ferry_check_test.json") {
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
}  // namespace
}  // namespace ferry::tool
